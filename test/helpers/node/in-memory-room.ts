/** The part of livekit-client's `Room` that a source follows, without a server: Node has no WebRTC. */
import { EventEmitter } from 'node:events';

import { encodeRoomPacket, MOTION_TOPIC, type RoomPacket } from '../../../src/shared/contracts/room-packets.js';

export class InMemoryRoom extends EventEmitter {
  readonly state = 'connected';
  readonly canPlaybackAudio = true;
  readonly publisher = { identity: 'voice', isAgent: true, attributes: { 'spatius.avatar': 'aria' }, audioTrackPublications: new Map() };
  readonly remoteParticipants = new Map([['voice', this.publisher]]);
  /** Control messages that were sent to the publisher. */
  readonly controls: string[] = [];
  readonly localParticipant = {
    isSpeaking: false,
    publishData: async (bytes: Uint8Array): Promise<void> => void this.controls.push(new TextDecoder().decode(bytes)),
  };
  private sequence = 0;

  /** One packet of the publisher, as it comes out of the network. */
  publish(packet: Pick<RoomPacket, 'type' | 'conversation' | 'mediaSeconds'> & { payload?: Uint8Array }): void {
    const bytes = encodeRoomPacket({
      run: packet.conversation,
      sequence: ++this.sequence,
      runStartSeconds: 0,
      conversationId: `conversation ${packet.conversation}`,
      payload: new Uint8Array(0),
      ...packet,
    });
    this.emit('dataReceived', bytes, this.publisher, 0, MOTION_TOPIC);
  }
}
