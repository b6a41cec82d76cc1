/** Makes a room's session and the ways from it to a stage. */

import type { MotionService, MotionSessionListener } from '../../shared/contracts/motion-session.js';
import type { RoomSource } from '../../shared/contracts/motion-source.js';
import type { PlaybackState } from '../../shared/contracts/playback-messages.js';
import { LiveKitSession, type RoomEvents } from './livekit-session.js';

/** What hears of a room; an `AvatarController` does. */
export interface RoomListener extends MotionSessionListener {
  /** Above every round so far. */
  readonly nextRound: number;
  handlePlaybackState(state: PlaybackState): void;
  handleAudioBlocked(isBlocked: boolean): void;
}

export async function openRoom(
  source: RoomSource,
  motion: MotionService,
  listener: RoomListener,
  events: RoomEvents,
): Promise<LiveKitSession> {
  const playheads = new MessageChannel();
  const frames = new MessageChannel();
  return new LiveKitSession({
    source,
    firstRound: listener.nextRound,
    sink: await motion.createSink(frames.port1, listener),
    playheadPort: playheads.port1,
    stagePorts: [playheads.port2, frames.port2],
    listener,
    events,
  });
}
