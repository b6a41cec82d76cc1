/** Starts a real Motion Server on a free port, and a plain client of its WebSocket to look at every message. */
import { WebSocket } from 'ws';

import { createMessage, decodeMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import type { Message, ServerError, ServerResponseAnimation } from '../../../src/motion/protocol/generated/message_pb.js';
import { motionPayloadFrom } from '../../../src/motion/protocol/motion-payload.js';
import { createMotionServer, type MotionServer, type MotionServerOptions } from '../../../src/server/motion-server.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';

export const TEST_API_KEY = 'test-api-key';
export const TEST_APP_ID = 'app_test';

export interface RunningServer {
  server: MotionServer;
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `ws://127.0.0.1:<port>/v2/driveningress` */
  ingressUrl: string;
  /** A valid token from the server's own token endpoint. */
  token(): Promise<string>;
  /** An admitted socket, not configured yet. */
  connect(): Promise<IngressClient>;
  /** A configured session. */
  open(configure?: { sampleRate?: number; audioFormat?: number }): Promise<IngressClient>;
  close(): Promise<void>;
}

export async function startMotionServer(options: Partial<MotionServerOptions> = {}, port = 0, host?: string): Promise<RunningServer> {
  const server = createMotionServer({ apiKey: TEST_API_KEY, appId: TEST_APP_ID, ...options });
  const url = await server.listen(port, host);
  const ingressUrl = `${url.replace(/^http/, 'ws')}/v2/driveningress`;
  const token = async (): Promise<string> => {
    const response = await fetch(`${url}/api/session-token`, { method: 'POST' });
    return ((await response.json()) as { sessionToken: string }).sessionToken;
  };
  const connect = async (): Promise<IngressClient> =>
    IngressClient.connect(`${ingressUrl}/websocket?id=aria`, {
      'X-App-ID': options.appId ?? TEST_APP_ID,
      'X-Session-Key': await token(),
    });
  return {
    server,
    url,
    ingressUrl,
    token,
    connect,
    async open(configure = {}) {
      const client = await connect();
      client.send({ case: 'clientConfigureSession', value: { sampleRate: 16000, ...configure } });
      const { data } = await client.next();
      if (data.case !== 'serverConfirmSession') throw new Error(`not confirmed: ${JSON.stringify(data.value)}`);
      return client;
    },
    close: () => server.close(),
  };
}

export interface Closing {
  code: number;
  reason: string;
}

/** What came back for one request. */
export interface Answer {
  frames: MotionFrames[];
  error: ServerError | null;
  responses: ServerResponseAnimation[];
}

export class IngressClient {
  readonly socket: WebSocket;
  readonly closed: Promise<Closing>;
  private readonly arrived: Message[] = [];
  private wake: (() => void) | null = null;
  private closing: Closing | null = null;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.arrived.push(decodeMessage(data as Buffer));
      this.wake?.();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.closing = { code, reason: reason.toString() };
        this.wake?.();
        resolve(this.closing);
      });
    });
  }

  static connect(url: string, headers: Record<string, string> = {}): Promise<IngressClient> {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    const client = new IngressClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
    });
  }

  send(data: Parameters<typeof createMessage>[0]): void {
    this.socket.send(encodeMessage(createMessage(data)));
  }

  sendAudio(reqId: string, audio: Uint8Array, end = false): void {
    this.send({ case: 'clientAudioInput', value: { reqId, audio, end } });
  }

  /** The next message, in order; rejects when the socket is closed first. */
  async next(): Promise<Message> {
    while (this.arrived.length === 0) {
      if (this.closing) throw new Error(`closed with ${this.closing.code} ${this.closing.reason}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.arrived.shift()!;
  }

  /** The next message, which must be an error. */
  async nextError(): Promise<ServerError> {
    const { data } = await this.next();
    if (data.case !== 'serverError') throw new Error(`${data.case} instead of an error`);
    return data.value;
  }

  /** Everything up to the end of a request, or the error that ended it. Messages of other requests are dropped. */
  async answer(reqId: string): Promise<Answer> {
    const answer: Answer = { frames: [], error: null, responses: [] };
    for (;;) {
      const { data } = await this.next();
      if (data.case === 'serverError' && (data.value.reqId === reqId || data.value.reqId === '')) {
        answer.error = data.value;
        return answer;
      }
      if (data.case !== 'serverResponseAnimation' || data.value.reqId !== reqId) continue;
      answer.responses.push(data.value);
      const payload = motionPayloadFrom(data.value);
      if (payload.kind === 'packed') answer.frames.push(payload.frames);
      if (data.value.end) return answer;
    }
  }

  close(): Promise<Closing> {
    this.socket.close();
    return this.closed;
  }
}

/** A vowel-like sound: 130 Hz with harmonics, swelling at 4 Hz. PCM s16le mono. */
export function voicePcm(seconds: number, sampleRateHz = 16000): Uint8Array {
  const sampleCount = Math.round(seconds * sampleRateHz);
  const pcm = new Uint8Array(sampleCount * 2);
  const view = new DataView(pcm.buffer);
  for (let index = 0; index < sampleCount; index++) {
    const t = index / sampleRateHz;
    let value = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) {
      if (130 * harmonic < sampleRateHz / 2) value += Math.sin(2 * Math.PI * 130 * harmonic * t) / harmonic;
    }
    view.setInt16(2 * index, value * 7000 * (0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * t)), true);
  }
  return pcm;
}
