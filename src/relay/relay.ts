/**
 * Relays the speech of a backend, with the motion of a Motion Server, to clients.
 *
 *     text-to-speech ──PCM──► turn ──PCM──────────────► log ──► client, client, …
 *                              └──PCM──► Motion Server ──motion──┘
 *
 * Each client reads the log as fast as its own connection allows; none waits for another. Runs inside any Node server
 * that passes its WebSockets.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { Emitter } from '../shared/core/emitter.js';
import { ServerLog, type SessionLog } from '../shared/core/server-log.js';
import { DEFAULT_SAMPLE_RATE_HZ } from '../shared/samples/sample-rates.js';
import type { ClientFormatName } from './client-format.js';
import type { SpeechAudio } from './pcm-pieces.js';
import { RelayClient, type ResumePlace } from './relay-client.js';
import { type Audience, DEFAULT_RELAY_LIMITS, type RelayLimits, type RelayOptions, type TurnOptions } from './relay-options.js';
import type { RelaySocket } from './relay-socket.js';
import { RelayTurn, type TurnSummary } from './relay-turn.js';

export interface RelayEvents {
  /** A client has joined. */
  client: RelayClient;
  /** A client has left and can no longer resume. */
  'client-left': RelayClient;
  text: { readonly client: RelayClient; readonly text: string };
  /** Microphone: raw 16-bit little-endian mono PCM at a rate that the app has agreed on with its client. */
  audio: { readonly client: RelayClient; readonly pcm: Uint8Array; readonly isLast: boolean };
  /** A client interrupted a turn and has left it. A turn without clients is interrupted. */
  interrupt: { readonly client: RelayClient; readonly turnId: string | null };
  /** The app's own messages, JSON. */
  message: { readonly client: RelayClient; readonly message: Readonly<Record<string, unknown>> };
  /** A client could not keep up and skipped to the present. */
  lag: { readonly client: RelayClient; readonly turnId: string; readonly skippedSeconds: number };
  'turn-end': TurnSummary;
  /** A failure that ended nothing: a client's unreadable message, a turn's lost motion. */
  error: { readonly error: AvatarError; readonly client: RelayClient | null; readonly turnId: string | null };
}

export interface RelayStats {
  readonly clients: number;
  /** Clients whose connection was lost and that may come back. */
  readonly absentClients: number;
  readonly turns: number;
  /** Sent to all clients so far, bytes. */
  readonly sentBytes: number;
  /** Number of times that a client skipped to the present. */
  readonly resyncs: number;
  /** Media held for all turns, bytes. */
  readonly heldBytes: number;
}

export interface ClientOptions {
  /** Name of the client. Default: generated. */
  readonly id?: string;
  /** Default `frames`. */
  readonly format?: ClientFormatName;
  /** The URL that the client came by: with it a client whose connection was lost goes on where it was. */
  readonly url?: string | undefined;
  /** Clients of one address share their 10 log lines a second. Default: the peer's address, which behind a proxy is the proxy's; `addClient()`: none. */
  readonly address?: string | undefined;
}

/** Makes a relay. It owns nothing but its clients' sockets: server and pool are the app's to close. */
export function createRelay(options: RelayOptions): Relay {
  return new Relay(options);
}

export class Relay {
  private readonly options: RelayOptions;
  private readonly limits: RelayLimits;
  private readonly events = new Emitter<RelayEvents>();
  private readonly log: ServerLog;
  private readonly clientLogs = new WeakMap<RelayClient, SessionLog>();
  private readonly webSockets: WebSocketServer;
  /** By resume token. */
  private readonly present = new Map<string, RelayClient>();
  private readonly leaveTimers = new Map<RelayClient, ReturnType<typeof setTimeout>>();
  private readonly turns = new Set<RelayTurn>();
  private readonly livenessTimer: ReturnType<typeof setInterval>;
  private isClosing = false;
  private resyncs = 0;
  private bytesOfRemovedClients = 0;

  constructor(options: RelayOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_RELAY_LIMITS, ...options.limits };
    this.log = new ServerLog(options.logger ?? null, () => performance.now());
    this.webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.limits.maxMessageBytes,
    });
    this.livenessTimer = setInterval(() => {
      for (const client of this.present.values()) client.checkLiveness();
    }, this.limits.livenessMs);
    this.livenessTimer.unref();
  }

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof RelayEvents>(name: Name, listener: (event: RelayEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  /** Connected clients, and those that may resume. */
  get clients(): RelayClient[] {
    return [...this.present.values()];
  }

  stats(): RelayStats {
    const { clients } = this;
    return {
      clients: clients.filter(({ isConnected }) => isConnected).length,
      absentClients: clients.filter(({ isConnected }) => !isConnected).length,
      turns: this.turns.size,
      sentBytes: clients.reduce((sum, { sentBytes }) => sum + sentBytes, this.bytesOfRemovedClients),
      resyncs: this.resyncs,
      heldBytes: [...this.turns].reduce((sum, { log }) => sum + log.heldBytes, 0),
    };
  }

  // ---- clients -----------------------------------------------------------------------------------------------------

  /**
   * For the `upgrade` event of any Node HTTP server. Who may listen is for the app to decide before it calls this.
   *
   * @returns The client; rejects when the upgrade fails. The rejection may be ignored.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, options: ClientOptions = {}): Promise<RelayClient> {
    const joined = new Promise<RelayClient>((resolve, reject) => {
      const fail = (): void => reject(new AvatarError(ErrorCode.connectionFailed, 'The client disconnected during the upgrade.'));
      socket.once('close', fail);
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        socket.off('close', fail);
        try {
          resolve(this.addClient(webSocket, { url: request.url, address: request.socket.remoteAddress, ...options }));
        } catch (reason) {
          reject(reason);
        }
      });
    });
    joined.catch(() => undefined);
    return joined;
  }

  /**
   * Adds an open socket of `ws`. It is sent into the turn that runs, where that is.
   *
   * @returns The client: the one it was before when it comes back after a lost connection.
   * @throws {AvatarError} `connectionClosed` when the relay is closed, `concurrentLimitExceeded`; the socket is closed.
   */
  addClient(socket: RelaySocket, options: ClientOptions = {}): RelayClient {
    // First of all: also of one that is turned away, a broken frame must not take the process down.
    socket.on('error', () => socket.terminate());
    const { token, place } = resumeFrom(options.url);
    const known = token === null ? undefined : this.present.get(token);
    if (this.isClosing) {
      socket.close(1001, 'shutting down');
      this.logRefusal(options, 'shutting down');
      throw new AvatarError(ErrorCode.connectionClosed, 'The relay is closed.');
    }
    if (known && (options.id === undefined || options.id === known.id)) {
      clearTimeout(this.leaveTimers.get(known));
      this.leaveTimers.delete(known);
      known.attach(socket, place);
      this.clientLogs.get(known)?.info('client resumed', { isInTurn: known.currentTurn !== null });
      return known;
    }
    if (this.present.size >= this.limits.maxClients) {
      socket.close(1013, 'too many clients');
      this.logRefusal(options, 'too many clients');
      throw new AvatarError(ErrorCode.concurrentLimitExceeded, `There are ${this.limits.maxClients} clients already.`);
    }
    const client = this.makeClient(options);
    this.present.set(client.resumeToken, client);
    client.attach(socket, null);
    const clientLog = this.log.forSession({ connectionId: client.id }, options.address ?? client.id);
    this.clientLogs.set(client, clientLog);
    clientLog.info('client joined', { format: options.format ?? 'frames', clients: this.present.size });
    this.events.emit('client', client);
    // The newest that runs: the ones before are being replaced.
    const running = [...this.turns].reverse().find((turn) => turn.isRunning && turn.isFor(client));
    if (running && !client.currentTurn) client.enter(running, running.log.positionAt(running.heardSeconds));
    return client;
  }

  private makeClient({ id = randomUUID(), format = 'frames' }: ClientOptions): RelayClient {
    const { limits } = this;
    const { avatarId = null, sampleRateHz = DEFAULT_SAMPLE_RATE_HZ } = this.options;
    return new RelayClient(
      { id, format, avatarId, sampleRateHz, limits },
      {
        handleMessage: (client, message) => {
          if (message.kind === 'text') this.events.emit('text', { client, text: message.text });
          else if (message.kind === 'audio') this.events.emit('audio', { client, pcm: message.pcm, isLast: message.isLast });
          else if (message.kind === 'interrupt') this.handleClientInterrupt(client, message.turnId);
          else this.events.emit('message', { client, message: message.message });
        },
        handleLag: (client, turnId, skippedSeconds) => {
          this.resyncs++;
          this.clientLogs.get(client)?.warn('client lag', { reqId: turnId, skippedSeconds });
          this.events.emit('lag', { client, turnId, skippedSeconds });
        },
        handleUnusable: (client, error) => {
          this.clientLogs.get(client)?.warn('client fault', { code: error.code, message: error.message });
          this.events.emit('error', { error, client, turnId: null });
        },
        handleDisconnected: (client) => this.handleDisconnected(client),
      },
    );
  }

  private handleDisconnected(client: RelayClient): void {
    if (!this.present.has(client.resumeToken)) return;
    this.clientLogs.get(client)?.debug('client disconnected');
    this.leaveTimers.set(
      client,
      setTimeout(() => this.removeClient(client), this.isClosing ? 0 : this.limits.resumeMs),
    );
  }

  private removeClient(client: RelayClient): void {
    this.leaveTimers.delete(client);
    this.present.delete(client.resumeToken);
    this.bytesOfRemovedClients += client.sentBytes;
    this.clientLogs.get(client)?.close('client left', { sentBytes: client.sentBytes });
    this.events.emit('client-left', client);
  }

  private logRefusal({ address = '' }: ClientOptions, message: string): void {
    this.log.fromAddress('warn', address, 'client refused', { message });
  }

  private handleClientInterrupt(client: RelayClient, turnId: string | null): void {
    const turn = [...this.turns].find((one) => one === client.currentTurn);
    this.clientLogs.get(client)?.debug('client interrupted', { reqId: turn?.id });
    // One that is over already, or was never there, is no reason to end another.
    if (turn && (turnId === null || turnId === turn.id)) {
      client.leave(turn, 'client');
      if (!this.clients.some(({ currentTurn }) => currentTurn === turn)) this.endTurn(turn, 'client');
    }
    this.events.emit('interrupt', { client, turnId });
  }

  // ---- turns -------------------------------------------------------------------------------------------------------

  /**
   * Starts a turn for the clients. Returns at once; the turn's `finished` resolves with its result.
   *
   * @param audio Raw 16-bit little-endian mono PCM, at once or as it is made.
   * @throws {AvatarError} `connectionClosed` when the relay is closed, `unsupportedSampleRate`.
   */
  speak(audio: SpeechAudio, options: TurnOptions = {}): RelayTurn {
    if (this.isClosing) throw new AvatarError(ErrorCode.connectionClosed, 'The relay is closed.');
    const sampleRateHz = options.sampleRateHz ?? this.options.sampleRateHz ?? DEFAULT_SAMPLE_RATE_HZ;
    if (!(sampleRateHz >= 8000 && sampleRateHz <= 96_000)) {
      throw new AvatarError(ErrorCode.unsupportedSampleRate, `unsupported sample rate: ${sampleRateHz}`);
    }
    const isFor = listenersOf(options.clients, (client, error) => this.events.emit('error', { error, client, turnId: null }));
    const rivals = [...this.turns].filter((turn) => !turn.isHeard && this.shareListeners(turn.isFor, isFor));
    if (options.order !== 'queue') for (const turn of rivals) this.endTurn(turn, 'next turn');
    const turnLog = ({ id: reqId }: RelayTurn): SessionLog => this.log.forSession({ reqId }, `turn ${reqId}`);
    const turn: RelayTurn = new RelayTurn(
      {
        audio,
        sampleRateHz,
        motion: this.options.motion,
        motionSampleRateHz: this.options.motionSampleRateHz ?? DEFAULT_SAMPLE_RATE_HZ,
        limits: this.limits,
        isFor,
      },
      {
        handleBegin: (it) => {
          turnLog(it).debug('turn began', { sampleRateHz });
          for (const client of this.clients) if (isFor(client)) client.enter(it, it.log.end);
        },
        handleMore: (it) => {
          for (const client of this.present.values()) if (client.currentTurn === it) client.pump();
        },
        handleMotionLost: (it, error) => {
          turnLog(it).warn('motion lost', { code: error.code, message: error.message });
          for (const client of this.present.values()) client.sendError(error, it);
          this.events.emit('error', { error, client: null, turnId: it.id });
        },
        handleEnd: (it, summary) => {
          const { outcome, audioSeconds: mediaSeconds, motionMessages, firstMotionMs, error } = summary;
          const reason = error && { code: error.code, message: error.message };
          turnLog(it)[outcome === 'failed' ? 'warn' : 'info']('turn ended', {
            outcome,
            mediaSeconds,
            motionMessages,
            firstMotionMs,
            ...reason,
          });
          if (summary.outcome === 'failed') {
            for (const client of this.clients) if (isFor(client)) client.sendError(summary.error!, client.currentTurn === it ? it : null);
            this.events.emit('error', { error: summary.error!, client: null, turnId: it.id });
          }
          this.events.emit('turn-end', summary);
        },
      },
      Promise.all(rivals.map(({ heard }) => heard)),
    );
    this.turns.add(turn);
    const abort = (): void => this.endTurn(turn, 'aborted');
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted) abort();
    void Promise.all([turn.heard, turn.finished]).then(() => {
      options.signal?.removeEventListener('abort', abort);
      this.turns.delete(turn);
    });
    return turn;
  }

  /**
   * Ends turns at once, here and at their clients.
   *
   * @param turn Default: all of them, also those that wait.
   * @param reason Sent to the clients.
   */
  interrupt(turn?: RelayTurn, reason = 'backend'): void {
    for (const one of turn ? [turn] : [...this.turns]) this.endTurn(one, reason);
  }

  /** Ends all turns and disconnects all clients, with a close code after which they reconnect. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    clearInterval(this.livenessTimer);
    const turns = [...this.turns];
    this.interrupt(undefined, 'shutdown');
    await Promise.all(turns.map(({ finished }) => finished));
    for (const timer of this.leaveTimers.values()) clearTimeout(timer);
    this.leaveTimers.clear();
    await Promise.all(this.clients.map((client) => this.dismiss(client)));
    this.webSockets.close();
  }

  private async dismiss(client: RelayClient): Promise<void> {
    client.close(1001, 'shutting down');
    const deadline = performance.now() + CLOSE_TIMEOUT_MS;
    while (client.isAttached && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    client.terminate();
    if (this.present.has(client.resumeToken)) this.removeClient(client);
  }

  private endTurn(turn: RelayTurn, reason: string): void {
    turn.interrupt();
    for (const client of this.clients) client.leave(turn, reason);
  }

  /** Without any client, later ones would share both turns. */
  private shareListeners(one: (client: RelayClient) => boolean, other: (client: RelayClient) => boolean): boolean {
    return this.present.size === 0 || this.clients.some((client) => one(client) && other(client));
  }
}

/** A client that does not answer the close within this many ms is cut off. */
const CLOSE_TIMEOUT_MS = 2000;

/** @param handleFailure Receives an exception of the app's function once; the client is then left out. */
function listenersOf(
  audience: Audience | undefined,
  handleFailure: (client: RelayClient, error: AvatarError) => void,
): (client: RelayClient) => boolean {
  if (audience === undefined) return () => true;
  if (typeof audience === 'function') {
    let hasFailed = false;
    return (client) => {
      try {
        return audience(client);
      } catch (reason) {
        if (!hasFailed)
          handleFailure(client, avatarErrorFrom(reason, ErrorCode.invalidConfiguration, 'The function `clients` of a turn has failed'));
        hasFailed = true;
        return false;
      }
    };
  }
  const clients = new Set(audience);
  return (client) => clients.has(client);
}

/** A resuming client's query: `?resume=<token>&turn=<id>&frame=<n>`. */
function resumeFrom(url: string | undefined): { token: string | null; place: ResumePlace | null } {
  const query = new URLSearchParams(url?.split('?')[1] ?? '');
  const turnId = query.get('turn');
  const frame = Number(query.get('frame'));
  const place = turnId !== null && Number.isInteger(frame) && frame >= 0 ? { turnId, frame } : null;
  return { token: query.get('resume'), place };
}
