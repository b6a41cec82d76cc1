/** Checks of raw speech before it is read. They answer synchronously, also while the avatar's code is still being loaded. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { isPcmSampleRate, PCM_SAMPLE_RATES } from '../../shared/samples/sample-rates.js';
import type { AvatarOptions } from '../avatar-options.js';

/** @throws {AvatarError} `unsupportedSampleRate`. */
export function checkSampleRate(rateHz: number): void {
  if (isPcmSampleRate(rateHz)) return;
  throw new AvatarError(
    ErrorCode.unsupportedSampleRate,
    `unsupported sample rate: ${rateHz}. Raw PCM may have ${PCM_SAMPLE_RATES.join(', ')} Hz.`,
  );
}

/**
 * @param isFromApp True for calls of the app's own transport, false for speech that the page itself has.
 * @throws {AvatarError} `networkLayerNotAvailable` for a call that belongs to another mode.
 */
export function checkSpeechMode({ mode, relayUrl }: Pick<AvatarOptions, 'mode' | 'relayUrl'>, isFromApp: boolean): void {
  const isElsewhere = mode === 'backend' || mode === 'livekit';
  if (isFromApp ? mode === 'backend' && !relayUrl : !isElsewhere) return;
  throw new AvatarError(
    ErrorCode.networkLayerNotAvailable,
    isFromApp
      ? 'yieldAudioData() and yieldFramesData() need mode="backend" without relay-url.'
      : `In mode="${mode}" the speech comes from your backend: by a relay, yieldAudioData() or the room.`,
  );
}
