/**
 * ElevenLabs Agents over WebSocket. The protocol marks no end of an answer: silence of the source ends it.
 *
 * @see https://elevenlabs.io/docs/agents-platform/api-reference/agents-platform/websocket
 */
import type { AgentAdapter } from '../agent.js';
import { fieldsOf, type MessageChannelLike, onJson, textOf } from './messages.js';

/** Answers pings as well, since the page reads the socket by this adapter. */
export function elevenlabs(socket: MessageChannelLike): AgentAdapter {
  return (port) => {
    let count = 1;
    let sampleRate = 16_000;
    onJson(port, socket, (message) => {
      const id = `answer ${count}`;
      const { type } = message;
      if (type === 'conversation_initiation_metadata') {
        const format = textOf(fieldsOf(message.conversation_initiation_metadata_event).agent_output_audio_format);
        sampleRate = Number(/^pcm_(\d+)$/.exec(format)?.[1] ?? sampleRate);
      } else if (type === 'audio') {
        const { audio_base_64: audio, alignment } = fieldsOf(message.audio_event);
        const turn = port.turn(id, { sampleRate });
        const from = turn?.soundSeconds ?? 0;
        turn?.audio(textOf(audio));
        if (turn && alignment) turn.timings(fieldsOf(alignment), from);
      } else if (type === 'agent_response') {
        port.transcript('agent', id, textOf(fieldsOf(message.agent_response_event).agent_response), { isFinal: true });
      } else if (type === 'agent_response_correction') {
        const text = textOf(fieldsOf(message.agent_response_correction_event).corrected_agent_response);
        port.transcript('agent', `answer ${count - 1}`, text, { isFinal: true });
      } else if (type === 'user_transcript') {
        // The visitor has spoken: the next audio is another answer.
        port.transcript('visitor', id, textOf(fieldsOf(message.user_transcription_event).user_transcript), { isFinal: true });
        port.turn(id)?.end();
        count++;
        port.setState('thinking');
      } else if (type === 'interruption') {
        port.interrupt();
        count++;
        port.setState('listening');
      } else if (type === 'ping') {
        socket.send(JSON.stringify({ type: 'pong', event_id: fieldsOf(message.ping_event).event_id }));
      }
    });
  };
}
