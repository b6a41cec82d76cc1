/** The PCM rates of the wire protocol, in Hz. Audio is raw signed 16-bit little-endian mono. */
export const PCM_SAMPLE_RATES = [8000, 16000, 22050, 24000, 32000, 44100, 48000] as const;

export const DEFAULT_SAMPLE_RATE_HZ = 16000;

export function isPcmSampleRate(rateHz: number): boolean {
  return (PCM_SAMPLE_RATES as readonly number[]).includes(rateHz);
}
