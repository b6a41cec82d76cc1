/** Decodes a recording for playback and display. */

/** Sample rate of the engine's input and of the displays. */
export const VOICE_RATE_HZ = 16000;
const SOUND_RATE_HZ = 48000;
/** Shortest clip: one motion frame. */
const MIN_SECONDS = 0.02;
const MAX_SECONDS = 300;
const RAW_PCM_NAME = /\.(pcm|raw|s16le|l16)$/i;

/**
 * @typedef {object} Clip
 * @property {string} name
 * @property {number} duration s
 * @property {Float32Array} voice Mono at 16 kHz, −1..1.
 * @property {Float32Array} sound Mono at `soundRateHz`, −1..1, for playback.
 * @property {number} soundRateHz
 */

/**
 * @param {string} name With its extension: `.pcm` and `.raw` are read as signed 16-bit little-endian mono at 16 kHz.
 * @param {ArrayBuffer} bytes An audio file in a format that the browser supports.
 * @returns {Promise<Clip>}
 */
export async function readClip(name, bytes) {
  const isRaw = RAW_PCM_NAME.test(name);
  const voice = isRaw ? samplesOfPcm(bytes) : await decoded(bytes, VOICE_RATE_HZ);
  const duration = voice.length / VOICE_RATE_HZ;
  if (duration < MIN_SECONDS) throw new Error('There is no sound in this audio.');
  if (duration > MAX_SECONDS) throw new Error(`The lab looks at up to ${MAX_SECONDS / 60} minutes; this is ${Math.round(duration / 60)}.`);
  if (isRaw) return { name, duration, voice, sound: voice, soundRateHz: VOICE_RATE_HZ };
  return { name, duration, voice, sound: await decoded(bytes, SOUND_RATE_HZ), soundRateHz: SOUND_RATE_HZ };
}

function samplesOfPcm(bytes) {
  return Float32Array.from(new Int16Array(bytes, 0, bytes.byteLength >> 1), (sample) => sample / 32768);
}

async function decoded(bytes, rateHz) {
  let buffer;
  try {
    // Decoding detaches the buffer.
    buffer = await new OfflineAudioContext(1, 1, rateHz).decodeAudioData(bytes.slice(0));
  } catch {
    throw new Error('This browser cannot read that file as audio.');
  }
  const mono = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < mono.length; i++) mono[i] += samples[i] / buffer.numberOfChannels;
  }
  return mono;
}

/** Returns the audio as a WAV file for a media element. @param {Clip} clip */
export function wavOf({ sound, soundRateHz }) {
  const bytes = new DataView(new ArrayBuffer(44 + sound.length * 2));
  const text = (at, word) => [...word].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  bytes.setUint32(4, bytes.byteLength - 8, true);
  text(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, soundRateHz, true);
  bytes.setUint32(28, soundRateHz * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, 'data');
  bytes.setUint32(40, sound.length * 2, true);
  sound.forEach((sample, i) => bytes.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([bytes], { type: 'audio/wav' });
}
