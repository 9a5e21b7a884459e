/** Whether a WebSocket handshake may become a socket: pure decisions on its headers. */
import type { IncomingMessage } from 'node:http';

type Request = Pick<IncomingMessage, 'headers' | 'socket' | 'url'>;

const first = (header: string | string[] | undefined): string | undefined =>
  (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();

/** The request's path without a trailing slash, and its query; `undefined` for what is no path. */
export function targetOf(
  url: string | undefined,
): { path: string; query: URLSearchParams } | undefined {
  if (url?.startsWith('/') !== true || !URL.canParse(url, 'http://host')) return undefined;
  const { pathname, searchParams } = new URL(url, 'http://host');
  return { path: pathname.replace(/(?<=.)\/$/, ''), query: searchParams };
}

/** The origin of the page's own server as the client sees it, or `undefined` without a Host. */
function ownOrigin({ headers, socket }: Request, trustProxy: number): string | undefined {
  if (headers.host === undefined) return undefined;
  const encrypted = 'encrypted' in socket && socket.encrypted === true;
  const forwarded = trustProxy > 0 ? first(headers['x-forwarded-proto']) : undefined;
  return `${forwarded ?? (encrypted ? 'https' : 'http')}://${headers.host}`;
}

/**
 * Browsers name the page that opens a socket and send its cookies along: only these pages may. A client without an Origin is
 * no browser. Compared as whole strings.
 */
export function mayConnect(
  request: Request,
  allowedOrigins: ReadonlySet<string>,
  trustProxy: number,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return allowedOrigins.has(origin) || origin === ownOrigin(request, trustProxy);
}

/** A cookie's value as it was sent. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key, ...value] = pair.split('=');
    if (key?.trim() !== name) continue;
    const text = value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1');
    return text === '' ? undefined : text;
  }
  return undefined;
}

/** The client's address: behind `trustProxy` proxies the one that the first of them saw. */
export function addressOf({ headers, socket }: Request, trustProxy: number): string {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const hops = forwarded.map((hop) => hop.trim()).filter((hop) => hop !== '');
  const seen = trustProxy > 0 ? hops.at(-trustProxy) : undefined;
  return seen ?? socket.remoteAddress ?? '';
}
