/** The ops port: liveness, readiness and metrics, never on the public address. */
import type { RequestListener } from 'node:http';

export function opsListener(ports: {
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly ready: () => Promise<boolean>;
}): RequestListener {
  const answer = async (path: string): Promise<{ status: number; type: string; text: string }> => {
    switch (path) {
      case '/livez':
        return { status: 200, type: 'text/plain', text: 'alive\n' };
      case '/readyz':
        return (await ports.ready())
          ? { status: 200, type: 'text/plain', text: 'ready\n' }
          : { status: 503, type: 'text/plain', text: 'not ready\n' };
      case '/metrics':
        return { status: 200, ...(await ports.metrics()) };
      default:
        return { status: 404, type: 'text/plain', text: 'not found\n' };
    }
  };
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    void answer(path)
      .catch((error: unknown) => ({ status: 500, type: 'text/plain', text: `${String(error)}\n` }))
      .then(({ status, type, text }) => {
        response.writeHead(status, { 'content-type': type }).end(text);
      });
  };
}
