/** Where speech and motion of an avatar come from, as plain data: the page chooses, the motion worker connects. */

/** Where motion comes from. */
export type MotionSource =
  | {
      kind: 'direct';
      /** Full ingress URL, `ws(s)://…/v2/driveningress`; `/websocket` and the query are added. */
      serverUrl: string;
      appId: string;
      avatarId: string;
      /** Rate of the PCM sent upstream, one of `PCM_SAMPLE_RATES`. */
      sampleRateHz: number;
      /** After this the round in progress goes on as audio only and the state is `failed`. */
      connectTimeoutMs: number;
      /** `local`: the local engine takes over while there is no connection. */
      fallback: 'audio' | 'local';
    }
  | {
      /** The app hands over the answers of a Motion Server, by `receiveMotion`. */
      kind: 'app';
      /** Rate at which the local engine is to take over, one of `PCM_SAMPLE_RATES`. */
      sampleRateHz: number;
      /** A round without motion for this long goes on as audio only. */
      connectTimeoutMs: number;
      /** `local`: the local engine takes over in a round whose motion is missing or broken. */
      fallback: 'audio' | 'local';
    }
  | {
      kind: 'relay';
      /** Full URL of the app's relay, `ws(s)://…`. It opens the rounds; see `handleRoundOpened`. */
      url: string;
      /** The first of them has at least this number: the page has had rounds from elsewhere. */
      firstRound: number;
      /** Not connected after this the state is `failed`; a round without motion goes on as audio only. */
      connectTimeoutMs: number;
      /** `local`: the local engine takes over where a round's motion breaks off. */
      fallback: 'audio' | 'local';
    }
  | { kind: 'local' };

/** A room brings sound and motion; the page joins it, since workers have no WebRTC. */
export interface RoomSource {
  kind: 'livekit';
  /** LiveKit server, `ws(s)://…`; empty with a `room` of the app's. */
  url: string;
  /** Identity of the participant that speaks, or on whose behalf it speaks; null takes the first that brings motion. */
  identity: string | null;
  /** A `Room` of livekit-client that the app joins and leaves itself. */
  room: object | null;
  connectTimeoutMs: number;
}
