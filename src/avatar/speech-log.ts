import { log } from '../shared/core/log.js';
import type { AvatarSpeech } from './avatar-speech.js';

/** Writes what happens to an avatar's speech to the log. */
export function logSpeech(speech: AvatarSpeech): void {
  speech.on('connection-state', ({ state, reason }) => log.info('connection', { state, reason: String(reason) }));
  speech.on('conversation-state', ({ state, conversationId }) => log.info('conversation', { state, conversationId }));
  speech.on('conversation-motion', ({ conversationId, motion }) => log.info('motion source decided', { conversationId, motion }));
  speech.on('playback-stall', ({ conversationId, isStalled }) => log.warn('playback stall', { conversationId, isStalled }));
  speech.on('audio-blocked', ({ isBlocked }) => log.warn('audio blocked', { isBlocked }));
  speech.on('frames-discarded', ({ conversationId, payloadCount, reason }) =>
    log.warn('frames discarded', { conversationId, payloadCount, reason }),
  );
}
