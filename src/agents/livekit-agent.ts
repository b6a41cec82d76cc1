/** What LiveKit's agents tell of themselves in a room. */
import type { AgentState } from './agent-events.js';

/** Values of `lk.agent.state`. `speaking` is known by what is heard. */
export const LIVEKIT_STATES: Readonly<Record<string, Exclude<AgentState, 'speaking'>>> = {
  initializing: 'idle',
  idle: 'idle',
  listening: 'listening',
  thinking: 'thinking',
};

/** Attributes of a transcription's stream. */
export const SEGMENT_ATTRIBUTE = 'lk.segment_id';
export const FINAL_ATTRIBUTE = 'lk.transcription_final';
