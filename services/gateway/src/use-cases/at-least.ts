import { epochOf, offsetOf, partitionOf, type Seq, type Uuid } from '@parley/contracts';
import type { GatewayPorts } from '../ports.js';
import { PROJECTION_WAIT_MS, unavailable } from './write.js';

/**
 * Waits until reads of the room show everything up to `seq`: with the seq of an acknowledgement one reads one's own
 * writes. Throws `UNAVAILABLE` when that takes longer than 2 s. Seqs of an earlier log are projected long since.
 */
export async function untilProjected(
  ports: Pick<GatewayPorts, 'log' | 'projection'>,
  roomId: Uuid,
  seq: Seq | undefined,
): Promise<void> {
  if (seq === undefined || seq === 0) return;
  const { epoch, partitions } = ports.log.identity;
  if (epochOf(seq) < epoch) return;
  const partition = partitionOf(roomId, partitions);
  const shown =
    epochOf(seq) === epoch &&
    (await ports.projection.reached(partition, offsetOf(seq), PROJECTION_WAIT_MS));
  if (!shown) throw unavailable(`the room cannot be read up to ${seq} yet`);
}
