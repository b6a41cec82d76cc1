import { assert, describe, it } from '#test';
import { soundFormatOf } from '../../../../src/shared/samples/sound-format.js';

function text(value: string, length = 64): Uint8Array {
  const out = new Uint8Array(length);
  out.set([...value].map((letter) => letter.charCodeAt(0)));
  return out;
}

const SILENCE = new Uint8Array(64);

describe('soundFormatOf', () => {
  it('believes the bytes more than the label', () => {
    assert.equal(soundFormatOf(text('RIFF____WAVEfmt '), 'audio/pcm', 'x.pcm').kind, 'wav');
    assert.equal(soundFormatOf(text('OggS'), 'audio/L16;rate=8000', '').kind, 'encoded');
    assert.equal(soundFormatOf(text('ID3\x03'), '', '').kind, 'encoded');
  });

  it('reads rate and channels of PCM types', () => {
    assert.deepEqual(soundFormatOf(SILENCE, 'audio/L16; rate=24000; channels=2', ''), {
      kind: 'pcm',
      sampleRateHz: 24000,
      channelCount: 2,
    });
    assert.deepEqual(soundFormatOf(SILENCE, 'audio/pcm;rate="16000"', ''), { kind: 'pcm', sampleRateHz: 16000, channelCount: 1 });
    assert.deepEqual(soundFormatOf(SILENCE, 'audio/pcm;rate=fast', ''), { kind: 'pcm', sampleRateHz: null, channelCount: 1 });
  });

  it('takes unlabelled bytes for PCM', () => {
    assert.equal(soundFormatOf(SILENCE, '', '').kind, 'pcm');
    assert.equal(soundFormatOf(SILENCE, 'application/octet-stream', 'speech.pcm').kind, 'pcm');
    assert.equal(soundFormatOf(SILENCE, 'text/plain', 'speech.pcm').kind, 'pcm');
  });

  it('leaves labelled files to the decoder', () => {
    assert.equal(soundFormatOf(SILENCE, 'audio/mpeg', '').kind, 'encoded');
    assert.equal(soundFormatOf(SILENCE, '', 'speech.mp3').kind, 'encoded');
  });

  it('tells HTML, JSON and text from sound', () => {
    assert.deepEqual(soundFormatOf(text('<!DOCTYPE html>'), 'audio/mpeg', ''), { kind: 'text', what: 'an HTML page' });
    assert.deepEqual(soundFormatOf(text('\n <html>'), '', ''), { kind: 'text', what: 'an HTML page' });
    assert.deepEqual(soundFormatOf(text('{"error":1}'), 'application/json', ''), { kind: 'text', what: 'JSON' });
    assert.deepEqual(soundFormatOf(text('not found'), 'text/plain', ''), { kind: 'text', what: 'text' });
  });

  it('recognises bare MP3 and AAC frames by the next one, and not quiet PCM', () => {
    // 128 kbit/s, 44.1 kHz: frames of 417 bytes.
    const mp3 = new Uint8Array(1000);
    mp3.set([0xff, 0xfb, 0x90, 0x00]);
    mp3.set([0xff, 0xfb, 0x90, 0x00], 417);
    assert.equal(soundFormatOf(mp3, '', '').kind, 'encoded');
    const aac = new Uint8Array(1000);
    aac.set([0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc]);
    aac.set([0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc], 256);
    assert.equal(soundFormatOf(aac, '', '').kind, 'encoded');
    const quiet = new Uint8Array(1000).fill(0xff);
    assert.equal(soundFormatOf(quiet, '', '').kind, 'pcm');
    mp3[417] = 0;
    assert.equal(soundFormatOf(mp3, '', '').kind, 'pcm');
  });
});
