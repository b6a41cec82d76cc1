/** Pipecat: `npm install @pipecat-ai/client-js @pipecat-ai/small-webrtc-transport`. The avatar plays the bot's voice. */
import { PipecatClient } from '@pipecat-ai/client-js';
import { SmallWebRTCTransport } from '@pipecat-ai/small-webrtc-transport';
import 'spatius-avatar';
import { attachAgent, pipecat } from 'spatius-avatar/agents';

const client = new PipecatClient({ transport: new SmallWebRTCTransport(), enableMic: true });
attachAgent(document.querySelector('spatius-avatar'), pipecat(client));
await client.connect({ webrtcUrl: '/api/offer' });
