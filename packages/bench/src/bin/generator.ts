/** The load generator: a process of its own that does what the bench tells it by IPC. */
import { Load } from '../load.js';
import type { Order, Reply } from '../messages.js';

let load: Load | undefined;

function opened(): Load {
  if (load === undefined) throw new Error('no sockets are open');
  return load;
}

async function obey(order: Order): Promise<Reply> {
  switch (order.do) {
    case 'open':
      load = new Load(order.target);
      await load.open(order.sockets, order.readers);
      return { done: 'open' };
    case 'sample':
      return { done: 'sample', text: await opened().sample(order.characters) };
    case 'run':
      return { done: 'run', result: await opened().run(order.run) };
    case 'close':
      load?.close();
      return { done: 'close' };
  }
}

process.on('message', (order: Order) => {
  void obey(order)
    .catch((error: unknown): Reply => ({ failed: String(error) }))
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
