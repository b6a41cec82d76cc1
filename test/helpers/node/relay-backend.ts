/** A backend as an app would have it (HTTP server, pool, relay) before a real Motion Server, and plain listeners of it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';

import { decodeRelayFrame, type RelayFrame } from '../../../src/motion/protocol/relay-frames.js';
import type { ClientFormatName } from '../../../src/relay/client-format.js';
import { createRelay, type Relay, type RelayEvents } from '../../../src/relay/relay.js';
import type { RelayClient } from '../../../src/relay/relay-client.js';
import type { RelayOptions, SessionProvider } from '../../../src/relay/relay-options.js';
import type { SessionPoolConfig } from '../../../src/server-sdk/pool-config.js';
import { createSessionPool, type SessionPool } from '../../../src/server-sdk/session-pool.js';
import { sessionConfig } from './server-sdk.js';

export class RelayBackend {
  readonly pool: SessionPool;
  readonly relay: Relay;
  readonly events: { name: keyof RelayEvents; event: unknown }[] = [];
  private readonly server: Server;
  private readonly listeners: RelayListener[] = [];

  private constructor(
    motionUrl: string,
    options: Partial<RelayOptions>,
    pool: Partial<SessionPoolConfig>,
    lend: (pool: SessionPool) => SessionProvider,
  ) {
    this.pool = createSessionPool({ ...sessionConfig(motionUrl), reconnect: { firstDelayMs: 30, maxDelayMs: 200 }, ...pool });
    this.relay = createRelay({ motion: lend(this.pool), ...options });
    for (const name of ['text', 'audio', 'interrupt', 'message', 'lag', 'turn-end', 'error'] as const) {
      this.relay.on(name, (event) => this.events.push({ name, event }));
    }
    this.server = createServer((_request, response) => response.writeHead(404).end());
    this.server.on('upgrade', (request, socket, head) => {
      const query = new URL(request.url ?? '', 'http://localhost').searchParams;
      const id = query.get('id');
      const format = query.get('format') === 'json' ? 'json' : 'frames';
      this.relay.handleUpgrade(request, socket, head, { format, ...(id !== null && { id }) }).catch(() => undefined);
    });
  }

  /** @param lend What the relay borrows from, where it is not the pool itself. */
  static async start(
    motionUrl: string,
    options: Partial<RelayOptions> = {},
    pool: Partial<SessionPoolConfig> = {},
    lend: (pool: SessionPool) => SessionProvider = (it) => it,
    port = 0,
  ): Promise<RelayBackend> {
    const backend = new RelayBackend(motionUrl, options, pool, lend);
    await new Promise<void>((resolve) => backend.server.listen(port, '127.0.0.1', resolve));
    return backend;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/relay`;
  }

  /** A listener that has been told that it is one. */
  async listen(
    id: string,
    format: ClientFormatName = 'frames',
    say: object | null = { action: 'start', version: 1 },
  ): Promise<RelayListener> {
    const listener = new RelayListener(`${this.url}?id=${id}&format=${format}`);
    this.listeners.push(listener);
    await listener.until(() => listener.received.length > 0);
    if (say) listener.socket.send(JSON.stringify(say));
    return listener;
  }

  client(id: string): RelayClient {
    const client = this.relay.clients.find((one) => one.id === id);
    if (!client) throw new Error(`no client ${id}`);
    return client;
  }

  named<Name extends keyof RelayEvents>(name: Name): RelayEvents[Name][] {
    return this.events.filter((one) => one.name === name).map(({ event }) => event as RelayEvents[Name]);
  }

  async close(): Promise<void> {
    for (const { socket } of this.listeners) socket.terminate();
    await this.relay.close();
    await this.pool.close();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** What one client received, as it came. */
export class RelayListener {
  readonly socket: WebSocket;
  readonly received: (RelayFrame | { type: 'json'; fields: Record<string, unknown> })[] = [];
  closing: { code: number; reason: string } | null = null;
  private wake: (() => void) | null = null;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data, isBinary) => {
      this.received.push(
        isBinary ? decodeRelayFrame(data as Buffer) : { type: 'json', fields: JSON.parse(String(data)) as Record<string, unknown> },
      );
      this.wake?.();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code, reason) => {
      this.closing = { code, reason: reason.toString() };
      this.wake?.();
    });
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  async until(isTrue: () => boolean, limitMs = 20_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!isTrue()) {
      if (Date.now() > deadline) throw new Error(`${String(isTrue)} never held: ${this.summary()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The metadata with an event of this name. */
  told(event: string): Readonly<Record<string, unknown>>[] {
    return this.received.flatMap((frame) => (frame.type === 'metadata' && frame.fields.event === event ? [frame.fields] : []));
  }

  /** What came of the newest turn: everything after its metadata. */
  get turn(): (typeof this.received)[number][] {
    const begin = this.received.findLastIndex(
      (frame) => frame.type === 'metadata' && (frame.fields.event === 'turn' || frame.fields.event === 'resync'),
    );
    return this.received.slice(begin + 1);
  }

  get turnAudio(): Buffer {
    return Buffer.concat(this.turn.map((frame) => (frame.type === 'audio' ? frame.pcm : new Uint8Array(0))));
  }

  get turnEnvelopes(): Uint8Array[] {
    return this.turn.flatMap((frame) => (frame.type === 'motion' ? frame.envelopes : []));
  }

  /** Both ends of the newest turn have come. */
  get hasEnds(): boolean {
    const isEnd = (type: string) => this.turn.some((frame) => frame.type === type && 'isLast' in frame && frame.isLast);
    return isEnd('audio') && isEnd('motion');
  }

  private summary(): string {
    return JSON.stringify(
      this.received.map((frame) => ('fields' in frame ? frame.fields : `${frame.type}${frame.isLast ? ' last' : ''}`)),
    ).slice(-2000);
  }
}
