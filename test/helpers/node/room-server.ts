/**
 * A small LiveKit server for tests: signalling in LiveKit's protobuf over a WebSocket, media and data forwarded between
 * real peer connections. Real clients (`livekit-client` in a browser, `@livekit/rtc-node`) join it.
 *
 * It knows rooms, tokens, audio tracks, data packets, attributes and leaving. It has no video layers, no recovery of a
 * session that was cut off: such a client is told to connect anew.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { jwtVerify, SignJWT } from 'jose';
import { WebSocketServer } from 'ws';
import { type RoomGrant, RoomPeer } from './room-peer.js';

export const ROOM_API_KEY = 'devkey';
export const ROOM_API_SECRET = 'a-secret-that-is-only-used-in-tests';

export interface RoomTokenOptions {
  room?: string;
  canPublishData?: boolean;
  canSubscribe?: boolean;
  canPublishSources?: string[];
  canUpdateOwnMetadata?: boolean;
  kind?: 'standard' | 'agent';
  attributes?: Record<string, string>;
  /** Seconds from now. */
  expiresIn?: number;
}

/** What a line may do to the media and data that the server forwards. */
export interface RoomWeather {
  /** Added to each data packet, ms: `delayMs` plus up to `jitterMs` at random, order kept. */
  dataDelayMs: number;
  dataJitterMs: number;
  /** The same for each RTP packet; order is not kept. */
  audioDelayMs: number;
  audioJitterMs: number;
  /** Share of unreliable data packets that are lost. */
  lostShare: number;
  /** Share of data packets that come twice. */
  repeatedShare: number;
  /** Nothing is forwarded. */
  isCut: boolean;
}

export class RoomServer {
  readonly weather: RoomWeather = {
    dataDelayMs: 0,
    dataJitterMs: 0,
    audioDelayMs: 0,
    audioJitterMs: 0,
    lostShare: 0,
    repeatedShare: 0,
    isCut: false,
  };
  /** Subscribers get RTP timestamps shifted by this, as from a server that rewrites them. */
  readonly timestampShift = 123_456_789;
  private readonly http: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private readonly rooms = new Map<string, Set<RoomPeer>>();

  private constructor() {
    this.http = createServer((request, response) => {
      const isValidation = request.url?.startsWith('/rtc/validate');
      void this.grantOf(request).then((grant) => {
        response.writeHead(!isValidation ? 404 : grant ? 200 : 401, { 'access-control-allow-origin': '*', 'content-type': 'text/plain' });
        response.end(!isValidation ? 'not found' : grant ? 'success' : 'invalid token');
      });
    });
    this.http.on('upgrade', (request, socket, head) => void this.handleUpgrade(request, socket, head));
  }

  static async start(): Promise<RoomServer> {
    const server = new RoomServer();
    await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** `ws://127.0.0.1:<port>` */
  get url(): string {
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** A participant's access token. */
  token(identity: string, options: RoomTokenOptions = {}): Promise<string> {
    const { room = 'room', kind = 'standard', attributes = {}, expiresIn = 600, ...given } = options;
    return new SignJWT({
      kind,
      attributes,
      video: { roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true, canUpdateOwnMetadata: true, ...given },
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ROOM_API_KEY)
      .setSubject(identity)
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
      .sign(new TextEncoder().encode(ROOM_API_SECRET));
  }

  peers(room = 'room'): readonly RoomPeer[] {
    return [...(this.rooms.get(room) ?? [])];
  }

  peer(identity: string, room = 'room'): RoomPeer | undefined {
    return this.peers(room).find((peer) => peer.identity === identity);
  }

  async close(): Promise<void> {
    await Promise.all([...this.rooms.values()].flatMap((peers) => [...peers].map((peer) => peer.close())));
    this.sockets.close();
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }

  private async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const refuse = (status: string, body: string): void => {
      socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    };
    const url = new URL(request.url ?? '', 'http://localhost');
    // As from servers before the one-connection protocol: clients then use the older one.
    if (url.pathname !== '/rtc') return refuse('404 Not Found', 'not found');
    const grant = await this.grantOf(request);
    if (!grant) return refuse('401 Unauthorized', 'invalid token');
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const peers = this.rooms.get(grant.room) ?? new Set();
      this.rooms.set(grant.room, peers);
      const isReconnect = url.searchParams.get('reconnect') === '1';
      for (const peer of peers) if (peer.identity === grant.identity) void peer.close();
      const peer = new RoomPeer(webSocket, grant, peers, this.weather, this.timestampShift);
      peer.handleClosed = () => peers.delete(peer);
      if (isReconnect) return peer.demandNewSession();
      peers.add(peer);
      void peer.join();
    });
  }

  private async grantOf(request: IncomingMessage): Promise<RoomGrant | null> {
    const url = new URL(request.url ?? '', 'http://localhost');
    const token = url.searchParams.get('access_token') ?? request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(ROOM_API_SECRET), { issuer: ROOM_API_KEY });
      const { room, canPublishData, canUpdateOwnMetadata } = payload.video as Pick<
        RoomGrant,
        'room' | 'canPublishData' | 'canUpdateOwnMetadata'
      >;
      return {
        identity: String(payload.sub),
        room,
        canPublishData,
        canUpdateOwnMetadata,
        isAgent: payload.kind === 'agent',
        attributes: (payload.attributes ?? {}) as Record<string, string>,
      };
    } catch {
      return null;
    }
  }
}
