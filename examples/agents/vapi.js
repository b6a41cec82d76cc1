/** Vapi: `npm install @vapi-ai/web`. The SDK plays the voice. */
import Vapi from '@vapi-ai/web';
import 'spatius-avatar';
import { attachAgent, vapi } from 'spatius-avatar/agents';

const client = new Vapi('your public key');
attachAgent(document.querySelector('spatius-avatar'), vapi(client));
await client.start('your assistant id');
