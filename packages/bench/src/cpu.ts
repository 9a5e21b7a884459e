/** What processes have cost, as the kernel counts it. Linux only: elsewhere there is no /proc to ask. */
import { readFileSync } from 'node:fs';
import type { Product } from '@parley/testkit';

/** Ticks per second of utime and stime in /proc: 100 on every Linux that Node runs on. */
const TICKS = 100;

/** CPU seconds, user and system, of a process since its start, with those of its children that have ended. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in the second field may hold spaces and brackets; the rest is counted from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
  return ticks / TICKS;
}

/** Of a product: its own process, and all of its database's processes together. */
export interface ProductCpu {
  readonly own: number;
  readonly database: number;
}

export function productCpu(product: Product): ProductCpu {
  const database = product
    .processes()
    .filter(({ pid }) => pid !== product.pid)
    .reduce((sum, { pid }) => sum + cpuOrZero(pid), 0);
  return { own: cpuSeconds(product.pid), database };
}

function cpuOrZero(pid: number): number {
  try {
    return cpuSeconds(pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
