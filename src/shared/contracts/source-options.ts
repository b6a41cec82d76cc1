/**
 * Where speech and motion of an avatar come from, as plain data: the page chooses, and the thread that the source runs in makes it
 * (`speech/worker-sources.ts`, or the page for a room).
 */

/** When a round goes on without motion of its source. */
export interface MotionTimeout {
  /** ms without a connection until its state is `failed`; a connected source's round without motion goes on as audio only after as long. */
  connectTimeoutMs: number;
  /**
   * ms that a first round waits for a connection whose attempt still progresses, so that sound and face begin together. Then the sound begins, and
   * the face joins. Strict sync waits for `connectTimeoutMs`.
   */
  startTimeoutMs: number;
  /** Motion without a connection: none, or that of the local engine. */
  fallback: 'audio' | 'local';
}

/** A Motion Server, by the motion worker's own WebSocket. */
export interface ServerSourceOptions extends MotionTimeout {
  kind: 'server';
  /** Full ingress URL, `ws(s)://…/v2/driveningress`; `/websocket` and the query are added. */
  serverUrl: string;
  appId: string;
  avatarId: string;
  /** Rate of the PCM sent upstream, one of `PCM_SAMPLE_RATES`. */
  sampleRateHz: number;
}

/** The app hands over the messages of a Motion Server, by `SpeechSession.receiveMotion`. */
export interface AppSourceOptions extends MotionTimeout {
  kind: 'app';
  /** Rate at which the local engine takes over, one of `PCM_SAMPLE_RATES`. */
  sampleRateHz: number;
}

/** A relay of the app, which brings speech and motion and begins the rounds; see `SessionListener.handleRoundOpened`. */
export interface RelaySourceOptions extends MotionTimeout {
  kind: 'relay';
  /** Full URL, `ws(s)://…`. */
  url: string;
  /** Its rounds have at least this number: earlier ones came from elsewhere. */
  firstRound: number;
}

/** The engine in the motion worker. */
export interface EngineSourceOptions {
  kind: 'engine';
}

/** A LiveKit room, which brings sound and motion and begins the rounds. The page joins it, since workers have no WebRTC. */
export interface RoomSourceOptions {
  kind: 'livekit';
  /** LiveKit server, `ws(s)://…`; empty with a `room` of the app's. */
  url: string;
  /** Identity of the participant that speaks, or on whose behalf it speaks; null takes the first that brings motion. */
  identity: string | null;
  /** A `Room` of livekit-client that the app joins and leaves itself. */
  room: object | null;
  connectTimeoutMs: number;
  /** Its rounds have at least this number: earlier ones came from elsewhere. */
  firstRound: number;
}

export type WorkerSourceOptions = ServerSourceOptions | AppSourceOptions | RelaySourceOptions | EngineSourceOptions;
export type PageSourceOptions = RoomSourceOptions;
export type SourceOptions = WorkerSourceOptions | PageSourceOptions;

export function isPageSource(options: SourceOptions): options is PageSourceOptions {
  return options.kind === 'livekit';
}
