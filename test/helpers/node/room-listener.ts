/** A participant that listens: the packets of a Motion Server in a room, and how loud its voice is, by `performance.now()`. */
import { AudioStream, type RemoteTrack, Room, RoomEvent } from '@livekit/rtc-node';
import { CLOCK_TOPIC, CONTROL_TOPIC, decodeRoomPacket, MOTION_TOPIC, type RoomPacket } from '../../../src/shared/contracts/room-packets.js';

export interface HeardPacket extends RoomPacket {
  readonly topic: string;
  readonly atMs: number;
}

export class RoomListener {
  readonly packets: HeardPacket[] = [];
  /** RMS of each 10 ms of the voice, 0..1, with the moment it came out. */
  readonly levels: { atMs: number; rms: number }[] = [];
  readonly room = new Room();
  private wake: (() => void)[] = [];

  static async join(url: string, token: string): Promise<RoomListener> {
    const listener = new RoomListener();
    listener.room.on(RoomEvent.TrackSubscribed, (track) => void listener.listen(track));
    listener.room.on(RoomEvent.DataReceived, (bytes, _participant, _kind, topic) => {
      const packet = topic === MOTION_TOPIC || topic === CLOCK_TOPIC ? decodeRoomPacket(bytes) : null;
      if (packet) listener.packets.push({ ...packet, topic: topic!, atMs: performance.now() });
      listener.tell();
    });
    await listener.room.connect(url, token, { autoSubscribe: true, dynacast: false });
    return listener;
  }

  /** Resolves when it is so; the test's own time limit is the limit. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.wake.push(resolve));
  }

  ofType(type: RoomPacket['type']): HeardPacket[] {
    return this.packets.filter((packet) => packet.type === type);
  }

  async interrupt(): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify({ type: 'interrupt' }));
    await this.room.localParticipant!.publishData(bytes, { reliable: true, topic: CONTROL_TOPIC });
  }

  close(): Promise<void> {
    return this.room.disconnect();
  }

  private async listen(track: RemoteTrack): Promise<void> {
    const reader = new AudioStream(track, 48_000, 1).getReader();
    for (;;) {
      const { value: frame, done } = await reader.read();
      if (done || !frame) return;
      let sum = 0;
      for (const sample of frame.data) sum += (sample / 32768) ** 2;
      this.levels.push({ atMs: performance.now(), rms: Math.sqrt(sum / frame.data.length) });
      this.tell();
    }
  }

  private tell(): void {
    for (const wake of this.wake.splice(0)) wake();
  }
}
