/** OpenAI Realtime over WebRTC. */
import 'spatius-avatar';
import { attachAgent, openai } from 'spatius-avatar/agents';

const call = new RTCPeerConnection();
const microphone = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true } });
for (const track of microphone.getTracks()) call.addTrack(track, microphone);
const events = call.createDataChannel('oai-events');
call.ontrack = ({ streams: [voice] }) => attachAgent(document.querySelector('spatius-avatar'), openai(events, { voice }));
await call.setLocalDescription();
// Your server passes the offer on to the service, with its key.
const answer = await fetch('/api/openai-call', { method: 'POST', body: call.localDescription.sdp });
await call.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
