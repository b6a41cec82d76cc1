/** A LiveKit agent: `npm install livekit-client`. The avatar plays the agent's voice: do not attach its track. */
import { Room } from 'livekit-client';
import 'spatius-avatar';
import { attachAgent, livekit } from 'spatius-avatar/agents';

const room = new Room();
attachAgent(document.querySelector('spatius-avatar'), livekit(room));
const { url, token } = await (await fetch('/api/livekit-token', { method: 'POST' })).json();
await room.connect(url, token);
await room.localParticipant.setMicrophoneEnabled(true);
