/** What a backend would get of a Motion Server, got by the test page itself. */
import { createMessage, decodeMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import type { TestMotionServer } from './motion-server.js';

/** @param pcm 16 kHz. @returns Whole messages, in order. */
export async function motionOf(server: TestMotionServer, token: string, pcm: Uint8Array): Promise<Uint8Array<ArrayBuffer>[]> {
  const query = new URLSearchParams({ id: 'aria', appId: server.appId, sessionKey: token });
  const socket = new WebSocket(`${server.ingressUrl}/websocket?${query}`);
  socket.binaryType = 'arraybuffer';
  const send = (data: Parameters<typeof createMessage>[0]): void =>
    socket.send(encodeMessage(createMessage(data)) as Uint8Array<ArrayBuffer>);
  const messages: Uint8Array<ArrayBuffer>[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => send({ case: 'clientConfigureSession', value: { sampleRate: 16000 } });
      socket.onclose = socket.onerror = () => reject(new Error('The Motion Server closed the connection.'));
      socket.onmessage = ({ data }) => {
        const bytes = new Uint8Array(data as ArrayBuffer);
        const message = decodeMessage(bytes);
        if (message.data.case === 'serverConfirmSession')
          send({ case: 'clientAudioInput', value: { reqId: 'turn', audio: pcm, end: true } });
        if (message.data.case !== 'serverResponseAnimation') return;
        messages.push(bytes);
        if (message.data.value.end) resolve();
      };
    });
  } finally {
    socket.onclose = null;
    socket.close();
  }
  return messages;
}
