import { assert, describe, it } from '#test';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import { SoundFileReader, type SoundPiece } from '../../../../src/shared/samples/sound-file-reader.js';
import {
  aiffFile,
  auFile,
  floatBytes,
  integerBytes,
  interleaved,
  joined,
  lawBytes,
  randomBytes,
  speechSignal,
  wavFile as wav,
  wave64File,
} from '../../../helpers/sound-files.js';

function read(file: Uint8Array, pieceBytes = file.length): { samples: number[]; rate: number; reader: SoundFileReader } {
  const reader = new SoundFileReader();
  const samples: number[] = [];
  let rate = 0;
  const take = (pieces: SoundPiece[]): void => {
    for (const piece of pieces) {
      for (const sample of piece.samples) samples.push(sample);
      rate = piece.sampleRateHz;
    }
  };
  for (let at = 0; at < file.length; at += pieceBytes) take(reader.push(file.slice(at, at + pieceBytes)));
  take(reader.end());
  return { samples, rate, reader };
}

function bytesOf(...arrays: (Int16Array | Int32Array | Float32Array | Float64Array)[]): Uint8Array {
  return new Uint8Array(arrays[0].buffer);
}

describe('SoundFileReader', () => {
  const source = Int16Array.of(0, 1, -1, 32767, -32768, 1234, -4321);

  it('reads 16-bit mono unchanged, in pieces of any size', () => {
    const file = wav(bytesOf(source), { extraChunk: 7 });
    for (let size = 1; size <= file.length; size++) {
      const { samples, rate } = read(file, size);
      assert.deepEqual(samples, [...source]);
      assert.equal(rate, 24000);
    }
  });

  it('reads 8, 24 and 32 bits and both floats to −1..1', () => {
    assert.deepEqual(read(wav(Uint8Array.of(0, 128, 192), { bits: 8 })).samples, [-1, 0, 0.5]);
    assert.deepEqual(read(wav(Uint8Array.of(0, 0, 0x80, 0, 0, 0x40, 0xff, 0xff, 0xff), { bits: 24 })).samples, [-1, 0.5, -(2 ** -23)]);
    assert.deepEqual(read(wav(bytesOf(Int32Array.of(-(2 ** 31), 2 ** 30)), { bits: 32 })).samples, [-1, 0.5]);
    assert.deepEqual(read(wav(bytesOf(Float32Array.of(0.25, -0.5)), { tag: 3, bits: 32 })).samples, [0.25, -0.5]);
    assert.deepEqual(read(wav(bytesOf(Float64Array.of(0.25, -0.5)), { tag: 3, bits: 64 })).samples, [0.25, -0.5]);
  });

  it('reads the telephone’s A-law and μ-law', () => {
    // Smallest and largest steps of both signs, as in the tables of G.711.
    const mu = read(wav(Uint8Array.of(0xff, 0x7f, 0x80, 0x00, 0xfe), { tag: 7, bits: 8, rate: 8000 })).samples;
    assert.deepEqual(
      mu.map((sample) => sample * 8192),
      [0, 0, 8031, -8031, 2],
    );
    const a = read(wav(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a), { tag: 6, bits: 8, rate: 8000 })).samples;
    assert.deepEqual(
      a.map((sample) => sample * 4096),
      [1, -1, 4032, -4032],
    );
  });

  it('mixes channels down by their mean, plain and extensible', () => {
    const stereo = bytesOf(Int16Array.of(16384, 0, -16384, -16384));
    for (const isExtensible of [false, true]) {
      assert.deepEqual(read(wav(stereo, { channels: 2, isExtensible }), 3).samples, [0.25, -0.5]);
    }
  });

  it('reads to the end when the size is unknown, and no further when it is known', () => {
    for (const dataSize of [0, 0xffffffff]) {
      assert.equal(read(wav(bytesOf(source), { dataSize })).samples.length, source.length);
    }
    assert.deepEqual(read(wav(bytesOf(source), { dataSize: 6 }), 5).samples, [0, 1, -1]);
  });

  it('drops a last sample that is not whole, and makes silence of what is no number', () => {
    assert.deepEqual(read(wav(Uint8Array.of(1, 0, 2), { dataSize: 3 })).samples, [1]);
    assert.deepEqual(read(wav(bytesOf(Float32Array.of(NaN, Infinity, 7)), { tag: 3, bits: 32 })).samples, [0, 0, 1]);
  });

  it('refuses what it cannot read', () => {
    const bad: [Uint8Array, RegExp][] = [
      [new Uint8Array(64), /no WAV/],
      [wav(bytesOf(source), { bits: 12 }), /12 bits/],
      [wav(bytesOf(source), { rate: 0 }), /sample rate/],
      [wav(bytesOf(source), { channels: 0 }), /broken/],
    ];
    for (const [file, message] of bad) {
      try {
        read(file);
        assert.fail(String(message));
      } catch (error) {
        assert.instanceOf(error, AvatarError);
        assert.equal((error as AvatarError).code, 'invalidAudioInput');
        assert.match((error as AvatarError).message, message);
      }
    }
  });

  it('names compressed formats and leaves them to others', () => {
    const { reader, samples } = read(wav(bytesOf(source), { tag: 85, bits: 0 }), 5);
    assert.equal(reader.compressedFormat, 'MP3 in WAV');
    assert.isEmpty(samples);
    assert.isFalse(reader.hasData);
    assert.equal(read(wav(bytesOf(source), { tag: 17, bits: 4 })).reader.compressedFormat, 'IMA ADPCM in WAV');
    assert.equal(read(aiffFile(bytesOf(source), { type: 'ima4' })).reader.compressedFormat, 'ima4 in AIFF-C');
    assert.equal(read(auFile(bytesOf(source), { kind: 23 })).reader.compressedFormat, 'compressed AU (encoding 23)');
    assert.isNull(read(wav(bytesOf(source))).reader.compressedFormat);
  });

  it('reads big-endian WAV, RF64, Wave64, AIFF, AIFF-C and AU, in pieces of any size', () => {
    const floats = [...source].map((sample) => sample / 32768);
    const little = bytesOf(source);
    const big = integerBytes(floats, 16, 'be');
    const files: [string, Uint8Array][] = [
      ['RIFX', wav(big, { id: 'RIFX' })],
      ['RF64', joined(wav(little, { id: 'RF64' }), new Uint8Array(9).fill(77))],
      ['Wave64', wave64File(little)],
      ['AIFF', aiffFile(big)],
      ['AIFF-C, little-endian', aiffFile(little, { type: 'sowt' })],
      ['AU', auFile(big)],
      ['AU of unknown size', auFile(big, { dataSize: 0xffffffff })],
    ];
    for (const [name, file] of files) {
      for (const size of [1, 2, 3, 5, 7, 16, file.length]) {
        const { samples, rate } = read(file, size);
        assert.deepEqual(samples, [...source], `${name} in pieces of ${size}`);
        assert.equal(rate, 24000, name);
      }
    }
    assert.deepEqual(read(aiffFile(floatBytes([0.25, -0.5], 32, 'be'), { type: 'fl32', bits: 32 })).samples, [0.25, -0.5]);
    assert.deepEqual(read(auFile(lawBytes([0, 0], 'mulaw'), { kind: 1, rate: 8000 })).samples, [0, 0]);
  });

  it('reads files one after another, of known and unknown sizes, in pieces of any size', () => {
    const one = integerBytes(speechSignal(0.05), 16, 'le');
    const two = integerBytes(speechSignal(0.03, 8000, 200), 16, 'le');
    const expected = [...new Int16Array(one.buffer), ...new Int16Array(two.buffer)];
    for (const dataSize of [undefined, 0, 0xffffffff, 0x7fffffff]) {
      const file = joined(wav(one, { dataSize }), wav(two, { dataSize, rate: 8000 }));
      for (const size of [1, 3, 44, 100, 1001, file.length]) {
        const { samples, rate } = read(file, size);
        assert.deepEqual(samples, expected, `size ${dataSize} in pieces of ${size}`);
        assert.equal(rate, 8000);
      }
    }
    const withNotes = joined(wav(one), Uint8Array.of(0x4c, 0x49, 0x53, 0x54, 3, 0, 0, 0, 1, 2, 3, 0), wav(two));
    assert.deepEqual(read(withNotes, 7).samples, expected);
    const mixed = joined(auFile(integerBytes(speechSignal(0.05), 16, 'be'), { dataSize: 0xffffffff }), wav(two));
    assert.deepEqual(read(mixed, 9).samples, expected);
  });

  it('plays on where samples go on beyond the stated size, but no other bytes', () => {
    const signal = integerBytes(speechSignal(0.3), 16, 'le');
    const whole = [...new Int16Array(signal.buffer)];
    assert.deepEqual(read(wav(signal, { dataSize: 3200 }), 500).samples, whole);
    assert.deepEqual(read(joined(wav(signal), randomBytes(5000)), 500).samples, whole);
    assert.deepEqual(read(joined(wav(signal), randomBytes(5000), wav(signal)), 500).samples, [...whole, ...whole]);
  });

  it('keeps sound that a second channel would cancel, and speech in the centre of 5.1 at its level', () => {
    const voice = speechSignal(0.5);
    const rms = (samples: ArrayLike<number>): number =>
      Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    const antiphase = interleaved([voice, voice.map((sample) => -sample)]);
    assert.closeTo(rms(read(wav(integerBytes(antiphase, 16, 'le'), { channels: 2 })).samples) / rms(voice), 1, 0.03);
    const silence = new Float32Array(voice.length);
    const centre = interleaved([silence, silence, voice, silence, silence, silence]);
    assert.closeTo(rms(read(wav(integerBytes(centre, 16, 'le'), { channels: 6 })).samples) / rms(voice), 1, 0.01);
    const everywhere = interleaved([voice, voice, voice, voice, voice, voice]);
    assert.closeTo(rms(read(wav(integerBytes(everywhere, 16, 'le'), { channels: 6 })).samples) / rms(voice), 1, 0.01);
  });

  it('survives random bytes behind a header', () => {
    let state = 1;
    const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    for (let run = 0; run < 300; run++) {
      const file = wav(bytesOf(source), { extraChunk: 4 });
      for (let flip = 0; flip < 4; flip++) file[12 + (random() % (file.length - 12))] = random();
      try {
        assert.isTrue(read(file, 1 + (random() % 9)).samples.every(Number.isFinite));
      } catch (error) {
        assert.instanceOf(error, AvatarError);
      }
    }
  });

  it('knows a file that ends within its header', () => {
    assert.isFalse(read(wav(bytesOf(source)).slice(0, 30)).reader.hasData);
  });
});
