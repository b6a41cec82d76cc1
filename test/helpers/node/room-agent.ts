/** A participant with a voice of its own and no motion, such as an agent or another visitor: a real client, in this process. */
import { AudioFrame, AudioSource, LocalAudioTrack, Room, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { voicePcm } from './motion-server.js';

const RATE_HZ = 16_000;
const FRAME_SAMPLES = RATE_HZ / 50;

export class RoomAgent {
  readonly room = new Room();
  private readonly source = new AudioSource(RATE_HZ, 1, 200);

  static async join(url: string, token: string): Promise<RoomAgent> {
    const agent = new RoomAgent();
    await agent.room.connect(url, token, { autoSubscribe: false, dynacast: false });
    const options = new TrackPublishOptions();
    options.source = TrackSource.SOURCE_MICROPHONE;
    await agent.room.localParticipant!.publishTrack(LocalAudioTrack.createAudioTrack('voice', agent.source), options);
    return agent;
  }

  /** Resolves when the last sample has left: in real time. */
  async speak(seconds: number): Promise<void> {
    const pcm = voicePcm(seconds, RATE_HZ);
    const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2);
    for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
      await this.source.captureFrame(new AudioFrame(samples.slice(at, at + FRAME_SAMPLES), RATE_HZ, 1, FRAME_SAMPLES));
    }
    await this.source.waitForPlayout();
  }

  async leave(): Promise<void> {
    await this.room.disconnect();
    await this.source.close();
  }
}
