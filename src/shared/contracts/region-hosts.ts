/** Where the servers of a region are. */
import { AvatarError, ErrorCode } from './errors.js';

/**
 * Base of the console API and of the ingress (`wss`) of a region such as `us-west`, without a slash at the end.
 *
 * @throws {AvatarError} `invalidConfiguration` for anything that is no region name: it becomes part of a host name.
 */
export function regionHosts(region: string): { consoleUrl: string; ingressUrl: string } {
  if (!isRegionName(region)) throw new AvatarError(ErrorCode.invalidConfiguration, `region is no region name: ${region}`);
  const domain = region.startsWith('cn-') ? 'spatialwalk.top' : 'spatius.ai';
  return {
    consoleUrl: `https://console.${region}.${domain}/v1/console`,
    ingressUrl: `wss://api.${region}.${domain}/v2/driveningress`,
  };
}

export function isRegionName(region: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)+$/.test(region);
}
