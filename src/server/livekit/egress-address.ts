/**
 * Which LiveKit servers a Motion Server may be sent to. A client names the URL, so without a list of its own the server
 * could be made to reach into the network it stands in.
 *
 * Only exact hosts of the list are accepted. The name is resolved here too, and refused when it leads to an address that
 * is not public, unless the list says that it may. LiveKit's own client resolves it again: whoever controls the DNS of a
 * listed host is trusted. A WebSocket handshake follows no redirects.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { isPublicAddress } from '../client-address.js';

export interface LiveKitHost {
  /** `livekit.example.com` or `livekit.example.com:7880`; without a port the scheme's own. */
  readonly host: string;
  /** It may have an address that is not public: a server in the same network. Default false. */
  readonly isPrivate?: boolean;
}

export type AddressCheck = { isAllowed: true; url: string } | { isAllowed: false; reason: string };

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The host with its port, as the list has to name it. */
function hostOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'wss:' ? 443 : 80)}`;
}

function withPort(host: string, url: URL): string {
  return /:\d+$/.test(host) ? host.toLowerCase() : `${host.toLowerCase()}:${url.protocol === 'wss:' ? 443 : 80}`;
}

/**
 * @param resolve Addresses of a name; for tests.
 * @returns The URL in its plain form, or why it is refused, in a form that clients may see.
 */
export async function checkLiveKitUrl(
  text: string,
  hosts: readonly LiveKitHost[],
  resolve: (name: string) => Promise<readonly string[]> = addressesOf,
): Promise<AddressCheck> {
  const refuse = (reason: string): AddressCheck => ({ isAllowed: false, reason });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse('url is no valid URL');
  }
  if (url.protocol === 'https:' || url.protocol === 'http:') url = new URL(text.replace(/^http/, 'ws'));
  if (url.protocol !== 'wss:' && url.protocol !== 'ws:') return refuse('url must be a wss URL');
  if (url.username || url.password) return refuse('url must not hold a user or password');
  const listed = hosts.find(({ host }) => withPort(host, url) === hostOf(url));
  if (!listed) return refuse('url is not on the list of LiveKit servers that this server may join');
  const isLoopback = LOOPBACK_NAMES.has(url.hostname);
  if (url.protocol === 'ws:' && !isLoopback) return refuse('url must be a wss URL');
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  // Listed IP addresses and loopback names are allowed as they are.
  if (!listed.isPrivate && !isLoopback && isIP(bare) === 0) {
    const addresses = await resolve(bare).catch(() => []);
    if (addresses.length === 0) return refuse('the host of url is not known');
    if (!addresses.every(isPublicAddress)) return refuse('the host of url has an address that is not public');
  }
  return { isAllowed: true, url: `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}` };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
