/** Network addresses: which are this machine's or this network's own, and whose request a proxy passes on. */
import ipaddr from 'ipaddr.js';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

export type HeaderReader = (name: string) => string | undefined;

const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
const LOCAL_RANGES: readonly string[] = ['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat'];
/** A provider gives a household at least this much of IPv6, RFC 6177. */
const V6_PREFIX = 64;

/** An IPv4 address inside IPv6 (`::ffff:1.2.3.4`) counts as IPv4. */
function parse(address: string | undefined): Address | null {
  return address !== undefined && ipaddr.isValid(address) ? ipaddr.process(address) : null;
}

/** Whether an address is one of the internet's, and not of some network's inside. */
export function isPublicAddress(address: string): boolean {
  const parsed = parse(address);
  if (parsed?.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST_V6);
}

/** Whether an address belongs to this machine or to the network it stands in. */
export function isLocalAddress(address: string | undefined): boolean {
  const parsed = parse(address);
  return parsed !== null && LOCAL_RANGES.includes(parsed.range());
}

/** @param host `localhost`, `127.0.0.1` or `[::1]`, with or without a port. */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return /^(.+\.)?localhost\.?$/.test(name) || parse(name)?.range() === 'loopback' || parse(host)?.range() === 'loopback';
}

/** Whether a proxy says that it passes the request on. */
export function isForwarded(headerNames: Iterable<string>): boolean {
  for (const name of headerNames) if (/^(forwarded|x-forwarded-.*|x-real-ip|via)$/i.test(name)) return true;
  return false;
}

/**
 * What quotas count by: the address, of IPv6 its /64.
 *
 * @returns Null for what is no address.
 */
export function addressGroup(address: string): string | null {
  const parsed = parse(address);
  if (!parsed) return null;
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${V6_PREFIX}`).toString()}/${V6_PREFIX}`;
}

/** Finds out whose request it is. */
export class ClientAddresses {
  private readonly proxies: readonly Network[] | null;

  /**
   * @param trustedProxies Addresses or networks of the proxies before this server; empty: there are none, every peer is a client.
   *   Null: not known; then a peer with a public address is a client, and any other may be a proxy.
   * @throws {AvatarError} `invalidConfiguration`
   */
  constructor(trustedProxies: readonly string[] | null) {
    this.proxies = trustedProxies?.map(networkFrom) ?? null;
  }

  /** The client of a connection, or null where it comes from a proxy, or may. */
  ofConnection(peer: string | undefined): string | null {
    if (peer === undefined) return null;
    if (this.proxies === null) return isPublicAddress(peer) ? addressGroup(peer) : null;
    return this.isProxy(peer) ? null : addressGroup(peer);
  }

  /** The client of a request, or null where it is not known. */
  ofRequest(peer: string | undefined, header: HeaderReader): string | null {
    const direct = this.ofConnection(peer);
    if (direct !== null || this.proxies === null || peer === undefined) return direct;
    // Each proxy appends the address of its peer, so only what trusted ones appended can be believed.
    const hops = (header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
    for (const hop of hops.reverse()) if (!this.isProxy(hop)) return addressGroup(hop);
    return null;
  }

  /** Whose log lines are limited together: the client, or where it is not known the peer, with all who come through it. */
  logKeyOf(peer: string | undefined, header: HeaderReader): string {
    return this.ofRequest(peer, header) ?? peer ?? '';
  }

  private isProxy(address: string): boolean {
    const parsed = parse(address);
    return parsed !== null && this.proxies!.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits));
  }
}

function networkFrom(text: string): Network {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address instanceof ipaddr.IPv4 ? 32 : 128];
  } catch {
    throw new AvatarError(
      ErrorCode.invalidConfiguration,
      `a trusted proxy must be an address or a network such as 10.0.0.0/8, not "${text}"`,
    );
  }
}
