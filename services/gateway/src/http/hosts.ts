import { ParleyError } from '@parley/contracts';
import type { RequestHandler } from 'express';

/**
 * Refuses requests whose Host is not ours (DNS rebinding, poisoned links). `.example.org` stands for the domain and all
 * below it, `*` for any, as in Django's setting of this name. An empty list allows any.
 */
export function refuseForeignHosts(allowed: readonly string[]): RequestHandler {
  const hosts = allowed.map((host) => host.toLowerCase());
  const matches = (name: string): boolean =>
    hosts.some((host) =>
      host.startsWith('.')
        ? name === host.slice(1) || name.endsWith(host)
        : host === '*' || host === name,
    );
  return (req, _res, next) => {
    if (hosts.length > 0 && !matches(hostName(req.headers.host))) {
      throw new ParleyError('VALIDATION_FAILED', 'this host is not served here', { status: 400 });
    }
    next();
  };
}

/** The name in a Host header, without the port; the header itself, since `X-Forwarded-Host` is anybody's to write. */
function hostName(header: string | undefined): string {
  const url = `http://${header ?? ''}`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}
