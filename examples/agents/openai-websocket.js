/** OpenAI Realtime over WebSocket, by the SDK: `npm install @openai/agents-realtime`. The microphone is yours to send. */
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import 'spatius-avatar';
import { attachAgent, openai } from 'spatius-avatar/agents';

const agent = new RealtimeAgent({ name: 'Aria', instructions: 'Answer in one sentence.' });
const session = new RealtimeSession(agent, { transport: 'websocket' });
attachAgent(document.querySelector('spatius-avatar'), openai(session));
// Your server answers with an ephemeral key; the key of the account stays there.
const { apiKey } = await (await fetch('/api/openai-key', { method: 'POST' })).json();
await session.connect({ apiKey });
