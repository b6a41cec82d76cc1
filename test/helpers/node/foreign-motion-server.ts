/** A Motion Server of somebody else: confirms every session and then says what the test tells it to, byte for byte. */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

import { createMessage, decodeMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import type { ClientAudioInput, ClientConfigureSession, Message } from '../../../src/motion/protocol/generated/message_pb.js';

export type MessageData = Parameters<typeof createMessage>[0];

export const bytesOf = (data: MessageData): Uint8Array => encodeMessage(createMessage(data));

export class ForeignMotionServer {
  readonly upgrades: { url: string; headers: IncomingMessage['headers'] }[] = [];
  readonly configurations: ClientConfigureSession[] = [];
  readonly audio: ClientAudioInput[] = [];
  readonly interrupted: string[] = [];
  /** What the handshake is answered with; null with nothing. */
  confirmation: Uint8Array | string | null = bytesOf({
    case: 'serverConfirmSession',
    value: { connectionId: '20260101000000_foreignServr' },
  });
  /** Called with each piece of audio. */
  answer: (audio: ClientAudioInput, socket: WebSocket) => void = () => undefined;
  socket: WebSocket | null = null;
  private readonly server: WebSocketServer;

  private constructor() {
    this.server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    this.server.on('connection', (socket, request) => {
      this.socket = socket;
      this.upgrades.push({ url: request.url!, headers: request.headers });
      socket.on('error', () => undefined);
      socket.on('message', (bytes: Buffer) => this.handle(decodeMessage(new Uint8Array(bytes)), socket));
    });
  }

  static async start(): Promise<ForeignMotionServer> {
    const foreign = new ForeignMotionServer();
    await new Promise((resolve) => foreign.server.once('listening', resolve));
    return foreign;
  }

  /** `ws://127.0.0.1:<port>/v2/driveningress` */
  get ingressUrl(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/v2/driveningress`;
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private handle({ data }: Message, socket: WebSocket): void {
    if (data.case === 'clientConfigureSession') {
      this.configurations.push(data.value);
      if (this.confirmation !== null) socket.send(this.confirmation);
    } else if (data.case === 'clientInterrupt') {
      this.interrupted.push(data.value.reqId);
    } else if (data.case === 'clientAudioInput') {
      this.audio.push(data.value);
      this.answer(data.value, socket);
    }
  }
}
