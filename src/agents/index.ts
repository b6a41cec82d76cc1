export type { AgentAvatar, Heard } from './agent-avatar.js';
export type { Alignment } from './alignment.js';
export type { AgentAudio } from './pcm-chunk.js';
export { openTurn, type Turn, type TurnOptions } from './turns.js';
