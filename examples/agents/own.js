/** An adapter of your own: a WebSocket with `{ id, audio, text, isLast }`, where audio is base64 of 16-bit PCM. */
import 'spatius-avatar';
import { attachAgent } from 'spatius-avatar/agents';

const socket = new WebSocket('wss://your.backend/agent');
attachAgent(document.querySelector('spatius-avatar'), (port) => {
  const receive = ({ data }) => {
    const { id, audio, text, isLast } = JSON.parse(data);
    const turn = port.turn(id, { sampleRate: 24_000 }); // null: interrupted, drop the chunk
    turn?.audio(audio);
    turn?.text(text);
    if (isLast) turn?.end();
  };
  socket.addEventListener('message', receive, { signal: port.signal });
  port.onInterrupted(({ turnId, heardText }) => socket.send(JSON.stringify({ turnId, heardText })));
});
