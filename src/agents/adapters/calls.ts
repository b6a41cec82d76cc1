/** Agents that are a call: the voice is a track, and the client tells who speaks. Pipecat (RTVI), Vapi and Retell. */
import type { AgentAdapter } from '../agent.js';
import { type EmitterLike, fieldsOf, handleGone, subscribe, textOf } from './messages.js';

type Voice = MediaStream | MediaStreamTrack | HTMLMediaElement;

export interface CallOptions {
  /** The agent's voice, where the client does not tell its track. */
  readonly voice?: Voice;
  /** `delayed`: the avatar plays the voice; `elsewhere`: the client or the page does. */
  readonly sound?: 'delayed' | 'elsewhere';
}

/**
 * A `PipecatClient` (RTVI). `sound` is `delayed` by default: do not play the bot's track elsewhere.
 *
 * @see https://docs.pipecat.ai/client/js/api-reference/callbacks
 */
export function pipecat(client: EmitterLike, { voice, sound = 'delayed' }: CallOptions = {}): AgentAdapter {
  return (port) => {
    let count = 0;
    if (voice) port.voice(voice, sound);
    subscribe(port, client, {
      trackStarted: (track: MediaStreamTrack, participant?: { local?: boolean }) => {
        if (!voice && track.kind === 'audio' && participant?.local !== true) port.voice(track, sound);
      },
      userStartedSpeaking: () => {
        port.interrupt();
        port.setState('listening');
      },
      userStoppedSpeaking: () => port.setState('thinking'),
      botLlmStarted: () => port.setState('thinking'),
      botStartedSpeaking: () => count++,
      botStoppedSpeaking: () => port.setState('idle'),
      userTranscript: (data: unknown) => {
        const { text, final } = fieldsOf(data);
        port.transcript('visitor', `visitor ${count}`, textOf(text), { isFinal: final === true });
      },
      botOutput: (data: unknown) => {
        const { text, spoken } = fieldsOf(data);
        if (spoken !== false) port.transcript('agent', `bot ${count}`, `${textOf(text)} `, { isDelta: true });
      },
      disconnected: () => handleGone(port),
    });
  };
}

/**
 * A client of `@vapi-ai/web`, attached before its `start()`. It plays the voice itself.
 *
 * @see https://docs.vapi.ai/sdk/web
 */
export function vapi(client: EmitterLike, { voice, sound = 'elsewhere' }: CallOptions = {}): AgentAdapter {
  return (port) => {
    let count = 0;
    if (voice) port.voice(voice, sound);
    subscribe(port, client, {
      'call-start': () => {
        const { getDailyCallObject } = client as { getDailyCallObject?(): { participants(): Record<string, unknown> } | null };
        const participants = Object.values(getDailyCallObject?.call(client)?.participants() ?? {}).map(fieldsOf);
        const { tracks } = participants.find(({ local }) => !local) ?? {};
        const track = fieldsOf(fieldsOf(tracks).audio).persistentTrack as MediaStreamTrack | undefined;
        if (!voice && track) port.voice(track, sound);
      },
      'speech-end': () => port.setState('idle'),
      'call-end': () => handleGone(port),
      message: (message: unknown) => {
        const { type, status, role, transcript, transcriptType } = fieldsOf(message);
        if (type === 'speech-update' && role === 'user') port.setState(status === 'started' ? 'listening' : 'thinking');
        if (type !== 'transcript') return;
        const isFinal = transcriptType === 'final';
        port.transcript(role === 'user' ? 'visitor' : 'agent', `${count}`, textOf(transcript), { isFinal });
        if (isFinal) count++;
      },
      error: (reason: unknown) => port.fail(reason),
    });
  };
}

/**
 * A `RetellWebClient`, with the track of its call in `voice`. It plays the voice itself.
 *
 * @see https://docs.retellai.com/deploy/web-call
 */
export function retell(client: EmitterLike, { voice, sound = 'elsewhere' }: CallOptions): AgentAdapter {
  return (port) => {
    if (voice) port.voice(voice, sound);
    subscribe(port, client, {
      agent_stop_talking: () => port.setState('idle'),
      update: (update: unknown) => {
        const lines = (fieldsOf(update).transcript as unknown[] | undefined) ?? [];
        const { role, content } = fieldsOf(lines.at(-1));
        if (content) port.transcript(role === 'user' ? 'visitor' : 'agent', `${lines.length}`, textOf(content));
      },
      call_ended: () => handleGone(port),
      error: (reason: unknown) => port.fail(reason),
    });
  };
}
