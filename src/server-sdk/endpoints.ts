/** URLs of console and Motion Server. No host is contacted that was not configured. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { regionHosts } from '../shared/contracts/region-hosts.js';

export interface EndpointOptions {
  /** A self-hosted server (`spatius-avatar serve`), e.g. `http://localhost:8080`: console and Motion Server at their usual paths. */
  serverUrl?: string;
  /** A Spatius region such as `us-west`; `auto` requests the nearest from `bootstrapUrl`. */
  region?: string;
  /** Console API up to and without `/session-tokens`; wins over `serverUrl` and `region`. */
  consoleEndpointUrl?: string;
  /** Ingress up to and without `/websocket`, `ws(s)` or `http(s)`; wins over `serverUrl` and `region`. */
  ingressEndpointUrl?: string;
  /** Service that returns the nearest region. Default: the public Spatius bootstrap service. */
  bootstrapUrl?: string;
}

export interface Endpoints {
  /** `auto` until the region is known. */
  region: string | null;
  consoleUrl: string | null;
  /** `ws` or `wss`. */
  ingressUrl: string | null;
}

/**
 * URLs that are known without a request. With `region: 'auto'`, URLs that are not given are null.
 *
 * @throws {AvatarError} `invalidConfiguration`.
 */
export function endpointsFrom(options: EndpointOptions, region: string | undefined = options.region): Endpoints {
  const { serverUrl } = options;
  const hosts = region && region !== 'auto' ? regionHosts(region) : null;
  const base = serverUrl === undefined ? null : checkedUrl('serverUrl', serverUrl).replace(/\/+$/, '');
  const consoleUrl = options.consoleEndpointUrl ?? (base && `${withScheme(base, 'http')}/v1/console`) ?? hosts?.consoleUrl ?? null;
  const ingressUrl = options.ingressEndpointUrl ?? (base && `${base}/v2/driveningress`) ?? hosts?.ingressUrl ?? null;
  return {
    region: region ?? null,
    consoleUrl: consoleUrl && withScheme(checkedUrl('consoleEndpointUrl', consoleUrl), 'http'),
    ingressUrl: ingressUrl && withScheme(checkedUrl('ingressEndpointUrl', ingressUrl), 'ws'),
  };
}

function checkedUrl(name: string, text: string): string {
  if (!/^(https?|wss?):\/\//.test(text) || !URL.canParse(text)) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `${name} is not an http(s) or ws(s) URL`);
  }
  return text;
}

function withScheme(url: string, scheme: 'http' | 'ws'): string {
  return url.replace(/^(http|ws)(s?):/, `${scheme}$2:`);
}

/** The WebSocket's URL. Existing query parameters of the ingress URL are kept. */
export function socketUrl(ingressUrl: string, avatarId: string, queryAuth: { appId: string; sessionKey: string } | null): string {
  const url = new URL(ingressUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/websocket$/, '')}/websocket`;
  url.searchParams.set('id', avatarId);
  for (const [name, value] of Object.entries(queryAuth ?? {})) url.searchParams.set(name, value);
  return url.href;
}
