/** `spatius-avatar/agents`: faces for voice agents. Uses `<spatius-avatar>` from outside and imports no agent's SDK. */

export { type CallOptions, pipecat, retell, vapi } from './adapters/calls.js';
export { elevenlabs } from './adapters/elevenlabs.js';
export { type GeminiAdapter, gemini } from './adapters/gemini.js';
export { type LiveKitOptions, type LiveKitRoomLike, livekit } from './adapters/livekit.js';
export type { EmitterLike, MessageChannelLike } from './adapters/messages.js';
export { type OpenAiConnection, type OpenAiOptions, openai } from './adapters/openai.js';
export {
  type AgentAdapter,
  type AgentLink,
  type AgentPort,
  attachAgent,
} from './agent.js';
export type { AgentAvatar, Heard } from './agent-avatar.js';
export { type AgentState, AvatarAgentStateEvent, AvatarTranscriptEvent } from './agent-events.js';
export type { Alignment } from './alignment.js';
export type { AgentAudio } from './pcm-chunk.js';
export { openTurn, type Turn, type TurnOptions } from './turns.js';
