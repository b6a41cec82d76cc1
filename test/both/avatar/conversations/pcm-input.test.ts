import { assert, describe, it } from '#test';

import { PcmInputReader } from '../../../../src/avatar/conversations/pcm-input.js';

describe('PcmInputReader', () => {
  it('reads ArrayBuffer, Uint8Array and Int16Array as little-endian samples, also from the middle of a buffer', () => {
    const bytes = new Uint8Array([9, 1, 0, 2, 0, 0xff, 0xff, 9]);
    assert.deepEqual([...new PcmInputReader().read(bytes.subarray(1, 7))], [1, 2, -1]);
    assert.deepEqual([...new PcmInputReader().read(bytes.slice(1, 7).buffer)], [1, 2, -1]);
    assert.deepEqual([...new PcmInputReader().read(new Int16Array([5, -5]))], [5, -5]);
  });

  it('joins a sample that a chunk border has cut', () => {
    const reader = new PcmInputReader();
    assert.deepEqual([...reader.read(new Uint8Array([1]))], []);
    assert.isTrue(reader.hasHalfSample);
    assert.deepEqual([...reader.read(new Uint8Array([2, 3, 4, 5]))], [0x0201, 0x0403]);
    assert.deepEqual([...reader.read(new Uint8Array([6]))], [0x0605]);
    assert.isFalse(reader.hasHalfSample);
  });

  it('keeps no hold on the buffer of the caller', () => {
    const bytes = new Uint8Array([1, 0]);
    const samples = new PcmInputReader().read(bytes);
    bytes[0] = 9;
    assert.equal(samples[0], 1);
  });

  it('refuses the header of a WAV file at the start, and only there', () => {
    const wav = new TextEncoder().encode('RIFF0000WAVEfmt ');
    assert.throws(() => new PcmInputReader().read(wav), /WAV/);
    const reader = new PcmInputReader();
    reader.read(new Uint8Array([1, 0]));
    assert.equal(reader.read(wav).length, 8);
  });

  it('refuses MP3 without a tag, in chunks of any size, and takes PCM that begins with the same bytes', () => {
    // 64 kbit/s, 24 kHz: frames of 192 bytes.
    const mp3 = new Uint8Array(2000);
    for (let at = 0; at < mp3.length; at += 192) mp3.set([0xff, 0xf3, 0x84, 0xc4], at);
    assert.throws(() => new PcmInputReader().read(mp3), /MP3/);
    const reader = new PcmInputReader();
    reader.read(mp3.subarray(0, 100));
    assert.throws(() => reader.read(mp3.subarray(100, 300)), /MP3/);
    assert.equal(new PcmInputReader().read(mp3.slice(0, 192)).length, 96);
  });

  it('refuses what is no buffer', () => {
    assert.throws(() => new PcmInputReader().read('hello' as never), /ArrayBuffer/);
    assert.throws(() => new PcmInputReader().read(new Float32Array(4) as never), /ArrayBuffer/);
  });
});
