/** ElevenLabs Agents over WebSocket. The microphone is yours to send, as `user_audio_chunk`. */
import 'spatius-avatar';
import { attachAgent, elevenlabs } from 'spatius-avatar/agents';

// Your server asks for a signed URL, with its key.
const { signedUrl } = await (await fetch('/api/elevenlabs-url', { method: 'POST' })).json();
const socket = new WebSocket(signedUrl);
attachAgent(document.querySelector('spatius-avatar'), elevenlabs(socket));
