import { assert, describe, it } from '#test';
import { Mp3Splitter } from '../../../../src/shared/samples/mp3-splitter.js';
import { ascii, joined, number, randomBytes } from '../../../helpers/sound-files.js';

/** 64 kbit/s, 24 kHz, mono: frames of 192 bytes and 576 samples. */
function frame(content = 0): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(192).fill(content);
  out.set([0xff, 0xf3, 0x84, 0xc4]);
  return out;
}

/** The frame that says how many others there are and what encoder and decoder have added. */
function info(frameCount: number, delay: number, padding: number): Uint8Array<ArrayBuffer> {
  const out = frame();
  out.set(joined(ascii('Info'), number(1, 4, 'be'), number(frameCount, 4, 'be'), ascii('LAME3.100')), 13);
  out.set(number(delay * 4096 + padding, 3, 'be'), 13 + 12 + 21);
  return out;
}

function frames(file: Uint8Array, pieceBytes = file.length): { first: number; skip: number; trim: number }[] {
  const splitter = new Mp3Splitter();
  const found = [];
  for (let at = 0; at < file.length; at += pieceBytes) found.push(...splitter.push(file.slice(at, at + pieceBytes)));
  found.push(...splitter.push(new Uint8Array(0), true));
  return found.map(({ bytes, skipSamples, trimSamples }) => ({ first: bytes[10], skip: skipSamples, trim: trimSamples }));
}

describe('Mp3Splitter', () => {
  const whole = (first: number): { first: number; skip: number; trim: number } => ({ first, skip: 0, trim: 0 });

  it('finds every frame, in pieces of any size', () => {
    const file = joined(frame(1), frame(2), frame(3), frame(4));
    for (const size of [1, 7, 192, 500, file.length]) assert.deepEqual(frames(file, size), [whole(1), whole(2), whole(3), whole(4)]);
  });

  it('passes over tags at the beginning, between files and at the end, and over other bytes', () => {
    const id3 = joined(ascii('ID3\x04\0\0\0\0\x01\0'), new Uint8Array(128).fill(0xff));
    const id3v1 = joined(ascii('TAG'), new Uint8Array(125).fill(0xff));
    const ape = joined(
      ascii('APETAGEX'),
      number(2000, 4, 'le'),
      number(32, 4, 'le'),
      number(0, 4, 'le'),
      number(0xa0000000, 4, 'le'),
      new Uint8Array(8),
    );
    const file = joined(
      id3,
      frame(1),
      frame(2),
      id3v1,
      id3,
      frame(3),
      frame(4),
      randomBytes(300),
      frame(5),
      frame(6),
      ape,
      new Uint8Array(32),
      id3v1,
    );
    for (const size of [1, 100, file.length]) assert.deepEqual(frames(file, size), [1, 2, 3, 4, 5, 6].map(whole));
  });

  it('drops what encoder and decoder have added, in each of several files', () => {
    const file = joined(info(4, 576, 1100), frame(1), frame(2), frame(3), frame(4));
    const expected = [{ first: 1, skip: 576, trim: 0 }, { first: 2, skip: 529, trim: 0 }, whole(3), { first: 4, skip: 0, trim: 571 }];
    assert.deepEqual(frames(file), expected);
    assert.deepEqual(frames(joined(file, file), 333), [...expected, ...expected]);
  });

  it('finds nothing in other bytes', () => {
    assert.isEmpty(frames(randomBytes(20_000), 999));
  });
});
