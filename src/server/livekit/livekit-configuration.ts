/** Checks a client's `LiveKitEgressConfig` and turns it into a room to join. */
import { SignJWT } from 'jose';
import type { LiveKitEgressConfig } from '../../motion/protocol/generated/message_pb.js';
import { AVATAR_ATTRIBUTE } from '../../shared/contracts/room-packets.js';
import { ServerErrorCode } from '../server-error-code.js';
import { AGENT_IDENTITY_ATTRIBUTE } from './agent-playback.js';
import { checkLiveKitUrl, type LiveKitHost } from './egress-address.js';

export interface LiveKitOptions {
  /** The LiveKit servers that clients may send this server to. Without any, LiveKit egress is refused. */
  readonly hosts: readonly LiveKitHost[];
  /** Time that joining a room may take, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
}

/** A room as it is joined. */
export interface RoomTarget {
  readonly url: string;
  /** The participant's token. */
  readonly token: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The agent that playback is reported to, or null. */
  readonly agentIdentity: string | null;
  readonly connectTimeoutMs: number;
}

export type LiveKitConfiguration =
  /** `idleTimeoutMs` 0: the server's own. */
  { isAccepted: true; target: RoomTarget; idleTimeoutMs: number } | { isAccepted: false; code: number; message: string };

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_IDENTITY = 'spatius-avatar-agent';
const MAX_ATTRIBUTES = 32;
const MAX_ATTRIBUTE_LENGTH = 1024;
const MAX_IDLE_TIMEOUT_SECONDS = 86_400;
/** Validity of a token made from an API key: joining takes seconds. */
const TOKEN_TTL_SECONDS = 300;

/** Stock SDKs match the text of the refusals. */
export async function livekitConfigurationFrom(
  config: LiveKitEgressConfig | undefined,
  avatarId: string,
  options: LiveKitOptions,
): Promise<LiveKitConfiguration> {
  const refuse = (what: string, code: number = ServerErrorCode.invalidArgument): LiveKitConfiguration => ({
    isAccepted: false,
    code,
    message: `livekit_egress: ${what}`,
  });
  if (options.hosts.length === 0) {
    return { isAccepted: false, code: ServerErrorCode.unavailable, message: 'egress client is not configured on server' };
  }
  if (!config) return refuse('livekit_egress is missing');
  if (!config.url) return refuse('url is missing');
  const extra = Object.entries(config.extraAttributes);
  if (extra.length > MAX_ATTRIBUTES || extra.some((pair) => pair.some((text) => text.length > MAX_ATTRIBUTE_LENGTH))) {
    return refuse(`extra_attributes are limited to ${MAX_ATTRIBUTES} of ${MAX_ATTRIBUTE_LENGTH} characters`);
  }
  const { idleTimeout } = config;
  if (idleTimeout < 0 || idleTimeout > MAX_IDLE_TIMEOUT_SECONDS)
    return refuse(`idle_timeout must be 0..${MAX_IDLE_TIMEOUT_SECONDS} seconds`);
  const token = config.apiToken || (await mintToken(config, Object.fromEntries(extra)));
  if (!token) return refuse('missing livekit credentials: provide api_token or both api_key and api_secret, with room_name');
  const verdict = await checkLiveKitUrl(config.url, options.hosts);
  if (!verdict.isAllowed) return refuse(verdict.reason);
  return {
    isAccepted: true,
    target: {
      url: verdict.url,
      token,
      attributes: { ...Object.fromEntries(extra), [AVATAR_ATTRIBUTE]: avatarId },
      agentIdentity: config.extraAttributes[AGENT_IDENTITY_ATTRIBUTE] || null,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    },
    idleTimeoutMs: idleTimeout * 1000,
  };
}

/** A participant's token from the deprecated pair of key and secret; null without them. */
async function mintToken(
  { apiKey, apiSecret, roomName, publisherId }: LiveKitEgressConfig,
  attributes: Record<string, string>,
): Promise<string | null> {
  if (!apiKey || !apiSecret || !roomName) return null;
  const video = { roomJoin: true, room: roomName, canPublish: true, canPublishData: true, canSubscribe: false, canUpdateOwnMetadata: true };
  return new SignJWT({ kind: 'agent', attributes, video })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(apiKey)
    .setSubject(publisherId || DEFAULT_IDENTITY)
    .setNotBefore('-10 s')
    .setExpirationTime(`${TOKEN_TTL_SECONDS} s`)
    .sign(new TextEncoder().encode(apiSecret));
}
