/** Checks a client's `ClientConfigureSession` against what this server supports. */
import { AudioFormat, type ClientConfigureSession, EgressType } from '../motion/protocol/generated/message_pb.js';
import { DEFAULT_SAMPLE_RATE_HZ, isPcmSampleRate } from '../shared/samples/sample-rates.js';
import { ServerErrorCode } from './server-error-code.js';
import type { SessionAudio } from './session-audio.js';

/** Input rates of an Opus encoder; the stream itself names its rate. */
const OPUS_RATES = [8000, 12000, 16000, 24000, 48000];

export type SessionConfiguration =
  | { isAccepted: true; audio: SessionAudio; isForLiveKit: boolean }
  | { isAccepted: false; code: number; message: string };

/** Stock SDKs match the text of the refusals. */
export function sessionConfigurationFrom(configure: ClientConfigureSession): SessionConfiguration {
  const { sampleRate, audioFormat, transportCompression, egressType } = configure;
  const refuse = (message: string, code: number = ServerErrorCode.invalidArgument): SessionConfiguration => ({
    isAccepted: false,
    code,
    message,
  });
  const isOpus = audioFormat === AudioFormat.OGG_OPUS;
  if (!isOpus && audioFormat !== AudioFormat.PCM_S16LE) return refuse(`unsupported audio format: ${audioFormat}`);
  const isRateKnown = sampleRate === 0 || (isOpus ? OPUS_RATES.includes(sampleRate) : isPcmSampleRate(sampleRate));
  // Stock SDKs read the text only where the code is 0.
  if (!isRateKnown) return refuse(`unsupported sample rate: ${sampleRate}`, 0);
  if (transportCompression !== 0) return refuse(`unsupported transport compression: ${transportCompression}`);
  const isForLiveKit = egressType === EgressType.LIVEKIT;
  if (!isForLiveKit && egressType !== EgressType.UNSPECIFIED)
    return refuse('egress client is not configured on server', ServerErrorCode.unavailable);
  return { isAccepted: true, audio: { isOpus, sampleRateHz: sampleRate || DEFAULT_SAMPLE_RATE_HZ }, isForLiveKit };
}
