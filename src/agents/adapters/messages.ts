/** What adapters read of objects whose types belong to the agents' SDKs. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { AgentPort } from '../agent.js';

export type Fields = Readonly<Record<string, unknown>>;

/** A `WebSocket` or an `RTCDataChannel`. */
export interface MessageChannelLike {
  // biome-ignore lint/suspicious/noExplicitAny: the two have different event types.
  addEventListener(name: string, listener: (event: any) => void, options?: { signal?: AbortSignal }): void;
  send(text: string): void;
}

/** An SDK's client with `on()`, and one of `off()` and `removeListener()`. */
export interface EmitterLike {
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments.
  on(name: any, listener: (...values: any[]) => void): unknown;
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Calls back with each JSON message; others are passed over. A closed channel makes the agent idle. */
export function onJson(port: AgentPort, channel: MessageChannelLike, handle: (message: Fields) => void): void {
  const { signal } = port;
  channel.addEventListener(
    'message',
    ({ data }: { data: unknown }) => {
      if (typeof data !== 'string') return;
      guarded(port, () => handle(fieldsOf(JSON.parse(data))));
    },
    { signal },
  );
  channel.addEventListener('close', () => handleGone(port), { signal });
}

/** The connection is gone: what is still to be heard of the answer will not come. */
export function handleGone(port: AgentPort): void {
  if (port.signal.aborted) return;
  port.interrupt();
  port.setState('idle');
}

/** A message that cannot be read is reported, and the next ones are handled. */
export function guarded(port: AgentPort, act: () => void): void {
  try {
    act();
  } catch (reason) {
    port.fail(reason);
  }
}

/** Subscribes until the link is closed. */
// biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments.
export function subscribe(port: AgentPort, emitter: EmitterLike, handlers: Record<string, (...values: any[]) => void>): void {
  if (typeof fieldsOf(emitter).on !== 'function' && typeof emitter?.on !== 'function') {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'This is no client of the agent: it has no on().');
  }
  for (const [name, handle] of Object.entries(handlers)) {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const listener = (...values: any[]): void => {
      if (!port.signal.aborted) guarded(port, () => handle(...values));
    };
    emitter.on(name, listener);
    port.signal.addEventListener('abort', () => {
      const { off, removeListener } = emitter as unknown as Record<string, unknown>;
      const remove = (off ?? removeListener) as ((name: string, listener: unknown) => void) | undefined;
      remove?.call(emitter, name, listener);
    });
  }
}
