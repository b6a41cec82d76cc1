import { assert, describe, it } from '#test';
import { audioContainerOf, int16FromPcmBytes, PcmByteJoiner } from '../../../../src/shared/samples/pcm.js';
import { float32FromInt16, int16FromFloat32, mixToMono, pcmBytesFromInt16 } from '../../../../src/shared/samples/sample-arithmetic.js';

describe('pcm', () => {
  it('carries every 16-bit value through bytes and floats unchanged', () => {
    const all = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
    assert.deepEqual(int16FromPcmBytes(pcmBytesFromInt16(all)), all);
    assert.deepEqual(int16FromFloat32(float32FromInt16(all)), all);
    assert.equal(float32FromInt16(int16FromPcmBytes(Uint8Array.of(0x00, 0x80)))[0], -1);
  });

  it('clips what is beyond full scale and turns not-a-number into silence', () => {
    assert.deepEqual([...int16FromFloat32(Float32Array.of(2, -2, NaN, Infinity, -Infinity))], [32767, -32768, 0, 32767, -32768]);
  });

  it('joins samples whose bytes came in different chunks, however the stream is cut', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    for (const size of [1, 2, 3, 7, 99]) {
      const joiner = new PcmByteJoiner();
      const joined: number[] = [];
      for (let i = 0; i < bytes.length; i += size) {
        const part = joiner.push(bytes.subarray(i, i + size));
        assert.equal(part.length % 2, 0);
        joined.push(...part, ...joiner.push(new Uint8Array(0)));
      }
      assert.deepEqual(joined, [...bytes]);
      assert.isFalse(joiner.hasOddByte);
    }
  });

  it('says when a stream ended in the middle of a sample', () => {
    const joiner = new PcmByteJoiner();
    joiner.push(Uint8Array.of(1, 2, 3));
    assert.isTrue(joiner.hasOddByte);
    joiner.reset();
    assert.isFalse(joiner.hasOddByte);
  });

  it('recognises audio files in what should be raw PCM, and takes PCM for PCM', () => {
    const file = (text: string): Uint8Array => Uint8Array.from(text.padEnd(16, '\0'), (c) => c.charCodeAt(0));
    assert.equal(audioContainerOf(file('RIFF\x24\0\0\0WAVEfmt ')), 'wav');
    assert.equal(audioContainerOf(file('FORM\0\0\0\x24AIFF')), 'aiff');
    assert.equal(audioContainerOf(file('OggS')), 'ogg');
    assert.equal(audioContainerOf(file('fLaC')), 'flac');
    assert.equal(audioContainerOf(file('ID3\x04')), 'mp3');
    assert.equal(audioContainerOf(file('\0\0\0\x20ftypM4A ')), 'mp4');
    assert.equal(audioContainerOf(file('\x1a\x45\xdf\xa3')), 'webm');
    assert.isNull(audioContainerOf(file('RIFF')));
    assert.isNull(audioContainerOf(new Uint8Array(64)));
    assert.isNull(audioContainerOf(Uint8Array.of(0x52, 0x49, 0x46, 0x46)));
  });

  it('mixes channels to their mean', () => {
    assert.deepEqual([...mixToMono([Float32Array.of(1, 0), Float32Array.of(0, 0.5)])], [0.5, 0.25]);
    assert.equal(mixToMono([]).length, 0);
  });
});
