import { assert, describe, it } from '#test';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import { WavReader } from '../../../../src/shared/samples/wav-reader.js';

interface WavOptions {
  tag?: number;
  bits?: number;
  channels?: number;
  rate?: number;
  dataSize?: number;
  isExtensible?: boolean;
  extraChunk?: number;
  id?: string;
}

/** A WAV file around sample bytes. */
function wav(data: Uint8Array, options: WavOptions = {}): Uint8Array {
  const { tag = 1, bits = 16, channels = 1, rate = 24000, isExtensible = false, extraChunk = 0, id = 'RIFF' } = options;
  const out: number[] = [];
  const text = (value: string): void => void out.push(...[...value].map((letter) => letter.charCodeAt(0)));
  const u32 = (value: number): void => void out.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255);
  const u16 = (value: number): void => void out.push(value & 255, (value >> 8) & 255);
  text(id);
  u32(0);
  text('WAVE');
  if (extraChunk) {
    text('LIST');
    u32(extraChunk);
    out.push(...new Array<number>(extraChunk + (extraChunk % 2)).fill(77));
  }
  text('fmt ');
  u32(isExtensible ? 40 : 16);
  u16(isExtensible ? 0xfffe : tag);
  u16(channels);
  u32(rate);
  u32((rate * channels * bits) / 8);
  u16((channels * bits) / 8);
  u16(bits);
  if (isExtensible) {
    u16(22);
    u16(bits);
    u32(0);
    u16(tag);
    out.push(...new Array<number>(14).fill(0));
  }
  text('data');
  u32(options.dataSize ?? data.length);
  return Uint8Array.from([...out, ...data]);
}

function read(file: Uint8Array, pieceBytes = file.length): { samples: number[]; rate: number; reader: WavReader } {
  const reader = new WavReader();
  const samples: number[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) samples.push(...reader.push(file.slice(at, at + pieceBytes)));
  return { samples, rate: reader.sampleRateHz, reader };
}

function bytesOf(...arrays: (Int16Array | Int32Array | Float32Array | Float64Array)[]): Uint8Array {
  return new Uint8Array(arrays[0].buffer);
}

describe('WavReader', () => {
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
      [wav(bytesOf(source), { id: 'RIFX' }), /Big-endian/],
      [wav(bytesOf(source), { tag: 17, bits: 4 }), /compressed \(format 17\)/],
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
