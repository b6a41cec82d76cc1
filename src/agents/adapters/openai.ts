/**
 * OpenAI Realtime, over WebSocket (audio as deltas) and WebRTC (audio as a track).
 *
 * @see https://platform.openai.com/docs/api-reference/realtime-server-events
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { AgentAdapter, AgentPort } from '../agent.js';
import { type EmitterLike, type Fields, fieldsOf, type MessageChannelLike, onJson, subscribe, textOf } from './messages.js';

/** A `WebSocket`, the data channel `oai-events`, or a session of `@openai/agents-realtime`. */
export type OpenAiConnection = MessageChannelLike | { readonly transport: EmitterLike & { sendEvent(event: object): void } };

export interface OpenAiOptions {
  /** WebRTC: the remote stream or track. Default: the audio comes as deltas. */
  readonly voice?: MediaStream | MediaStreamTrack | HTMLMediaElement;
  /** WebRTC: `elsewhere` where the page plays the voice itself. Default `delayed`: the avatar plays it. */
  readonly sound?: 'delayed' | 'elsewhere';
  /** Rate of the deltas, Hz. Default 24000. */
  readonly sampleRate?: number;
}

/** Interrupted answers are truncated to what was heard. @throws {AvatarError} `invalidConfiguration` for another object. */
export function openai(connection: OpenAiConnection, { voice, sound = 'delayed', sampleRate = 24_000 }: OpenAiOptions = {}): AgentAdapter {
  return (port) => {
    const send = (event: object): void => {
      if ('transport' in connection) connection.transport.sendEvent(event);
      else connection.send(JSON.stringify(event));
    };
    const agent = new OpenAiAgent(port, send, { sampleRate, isTrack: voice !== undefined });
    if ('transport' in connection) {
      const { transport } = connection;
      const handle = (event: unknown): void => {
        agent.handle(fieldsOf(event));
        if (fieldsOf(event).type === 'input_audio_buffer.speech_started') forgetAudioClock(transport);
      };
      subscribe(port, transport, { '*': handle });
    } else if (typeof connection?.send === 'function') onJson(port, connection, (message) => agent.handle(message));
    else throw new AvatarError(ErrorCode.invalidConfiguration, 'openai() takes a WebSocket, a data channel or a RealtimeSession.');
    if (voice) port.voice(voice, sound);
  };
}

/**
 * The SDK would truncate once more, to the time since the first audio arrived, which is not what was heard. It tells events
 * first and interrupts then, unless it knows of no audio.
 */
function forgetAudioClock(transport: object): void {
  if ('_firstAudioTimestamp' in transport) transport._firstAudioTimestamp = undefined;
}

class OpenAiAgent {
  private readonly port: AgentPort;
  private readonly options: { sampleRate: number; isTrack: boolean };
  private activeResponse: string | null = null;
  /** The service interrupts by itself when it hears the visitor. */
  private isVisitorHeard = false;

  constructor(port: AgentPort, send: (event: object) => void, options: { sampleRate: number; isTrack: boolean }) {
    this.port = port;
    this.options = options;
    port.onInterrupted(({ turnId, itemId, itemSeconds }) => {
      if (this.activeResponse !== null && !this.isVisitorHeard) send({ type: 'response.cancel' });
      if (options.isTrack) send({ type: 'output_audio_buffer.clear' });
      else if (turnId !== null && itemId !== null) {
        send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: Math.floor(itemSeconds * 1000) });
      }
    });
  }

  handle(event: Fields): void {
    const { port } = this;
    const responseId = textOf(event.response_id) || textOf(fieldsOf(event.response).id);
    const itemId = textOf(event.item_id);
    switch (textOf(event.type).replace('response.output_', 'response.')) {
      case 'input_audio_buffer.speech_started':
        this.isVisitorHeard = true;
        port.interrupt();
        this.isVisitorHeard = false;
        return port.setState('listening');
      case 'input_audio_buffer.speech_stopped':
        return port.setState('thinking');
      case 'response.created':
        this.activeResponse = responseId;
        if (!this.options.isTrack) this.turn(responseId);
        return port.setState('thinking');
      case 'response.audio.delta':
        this.turn(responseId)?.audio(textOf(event.delta), { itemId });
        return;
      case 'response.audio_transcript.delta':
        if (!this.options.isTrack) this.turn(responseId)?.text(textOf(event.delta));
        return port.transcript('agent', itemId, textOf(event.delta), { isDelta: true });
      case 'response.audio_transcript.done':
        return port.transcript('agent', itemId, textOf(event.transcript), { isFinal: true });
      case 'response.done':
        this.activeResponse = null;
        if (!this.options.isTrack) this.turn(responseId)?.end();
        // An answer without sound, such as the call of a tool, leaves the state to the next.
        return;
      case 'conversation.item.input_audio_transcription.delta':
        return port.transcript('visitor', itemId, textOf(event.delta), { isDelta: true });
      case 'conversation.item.input_audio_transcription.completed':
        return port.transcript('visitor', itemId, textOf(event.transcript), { isFinal: true });
      case 'error':
        return port.fail(
          new AvatarError(ErrorCode.connectionFailed, textOf(fieldsOf(event.error).message) || 'The agent reports an error.'),
        );
    }
  }

  private turn(id: string) {
    return this.port.turn(id, { sampleRate: this.options.sampleRate });
  }
}
