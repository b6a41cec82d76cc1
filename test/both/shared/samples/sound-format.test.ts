import { assert, describe, it } from '#test';
import { SNIFF_BYTES, type SoundFormat, soundFormatOf } from '../../../../src/shared/samples/sound-format.js';
import { floatBytes, integerBytes, joined, lawBytes, randomBytes, speechSignal } from '../../../helpers/sound-files.js';

function text(value: string, length = 64): Uint8Array {
  const out = new Uint8Array(length);
  out.set([...value].map((letter) => letter.charCodeAt(0)));
  return out;
}

const SILENCE = new Uint8Array(64);
const VOICE = speechSignal(0.3);
const PCM = integerBytes(VOICE, 16, 'le');

/** As the reader of speech asks. */
const formatOf = (head: Uint8Array, contentType = '', name = ''): SoundFormat =>
  soundFormatOf(head.subarray(0, SNIFF_BYTES), { contentType, name });

function encodingOf(format: SoundFormat): string | null {
  return format.kind === 'pcm' ? format.encoding : null;
}

describe('soundFormatOf', () => {
  it('believes the bytes more than the label', () => {
    assert.equal(formatOf(text('RIFF____WAVEfmt '), 'audio/pcm', 'x.pcm').kind, 'file');
    assert.equal(formatOf(text('OggS'), 'audio/L16;rate=8000', '').kind, 'encoded');
    assert.equal(formatOf(text('glTF'), 'audio/pcm', 'x.pcm').kind, 'other');
  });

  it('reads rate, channels and encoding of PCM types', () => {
    const cases: [string, string, number | null, number][] = [
      ['audio/L16; rate=24000; channels=2', 's16le', 24000, 2],
      ['audio/pcm;rate="16000"', 's16le', 16000, 1],
      ['audio/pcm;rate=fast', 's16le', null, 1],
      ['audio/L24; rate=48000', 's24be', 48000, 1],
      ['audio/pcm;encoding=pcm_f32le;rate=44100', 'f32le', 44100, 1],
      ['audio/pcm; encoding=float; bits=32', 'f32le', null, 1],
      ['audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=true', 's16be', 8000, 1],
      ['audio/pcm; codec=pcm; rate=24000', 's16le', 24000, 1],
      ['audio/basic', 'mulaw', 8000, 1],
      ['audio/PCMU', 'mulaw', 8000, 1],
      ['audio/PCMA;rate=16000', 'alaw', 16000, 1],
    ];
    for (const [contentType, encoding, sampleRateHz, channelCount] of cases) {
      assert.deepEqual(
        formatOf(SILENCE, contentType),
        { kind: 'pcm', encoding, sampleRateHz, channelCount, isGuess: false } as SoundFormat,
        contentType,
      );
    }
  });

  it('reads encodings from names', () => {
    assert.equal(encodingOf(formatOf(SILENCE, '', 'https://site/speech.ulaw')), 'mulaw');
    assert.equal(encodingOf(formatOf(SILENCE, '', 'speech.f32')), 'f32le');
    assert.equal(encodingOf(formatOf(SILENCE, 'text/plain', 'speech.pcm')), 's16le');
    assert.equal(encodingOf(formatOf(SILENCE, 'application/octet-stream', 'speech.raw')), 's16le');
  });

  it('takes bytes that look like 16-bit PCM for it', () => {
    assert.equal(encodingOf(formatOf(SILENCE)), 's16le');
    assert.equal(encodingOf(formatOf(PCM)), 's16le');
    assert.equal(encodingOf(formatOf(PCM.subarray(0, 20))), 's16le');
    const quiet = Int16Array.from({ length: 2000 }, (_, at) => ((at * 7919) % 5) - 2);
    assert.equal(encodingOf(formatOf(new Uint8Array(quiet.buffer))), 's16le');
    const tone = Float32Array.from({ length: 2000 }, (_, at) => 0.9 * Math.sin(2.1 * at));
    assert.equal(encodingOf(formatOf(integerBytes(tone, 16, 'le'))), 's16le');
    const clicks = Int16Array.from({ length: 4000 }, (_, at) => (at % 800 === 6 ? 32767 : 0));
    assert.equal(encodingOf(formatOf(new Uint8Array(clicks.buffer))), 's16le');
    // Its bytes are printable characters.
    const square = Int16Array.from({ length: 2000 }, (_, at) => (at % 40 < 20 ? 30000 : -30000));
    assert.equal(encodingOf(formatOf(new Uint8Array(square.buffer))), 's16le');
  });

  it('needs a reason to play other bytes as PCM', () => {
    const others = [
      randomBytes(4096),
      floatBytes(VOICE, 32, 'le'),
      lawBytes(VOICE, 'mulaw'),
      integerBytes(VOICE, 24, 'le'),
      integerBytes(VOICE, 16, 'be'),
    ];
    for (const bytes of others) assert.include(['encoded', 'unclear-pcm'], formatOf(bytes, 'application/octet-stream').kind);
    assert.deepEqual(formatOf(floatBytes(VOICE, 32, 'le')), { kind: 'unclear-pcm', encoding: 'f32le' });
    assert.equal(formatOf(randomBytes(4096), 'audio/pcm').kind, 'unclear-pcm');
    assert.equal(encodingOf(soundFormatOf(randomBytes(4096), { encoding: 's16le' })), 's16le');
  });

  it('finds the encoding of what is labelled as PCM', () => {
    const cases: [string, Uint8Array][] = [
      ['s16le', PCM],
      ['s16be', integerBytes(VOICE, 16, 'be')],
      ['f32le', floatBytes(VOICE, 32, 'le')],
      ['f32be', floatBytes(VOICE, 32, 'be')],
      ['f64le', floatBytes(VOICE, 64, 'le')],
      ['s24le', integerBytes(VOICE, 24, 'le')],
      ['s32le', integerBytes(VOICE, 32, 'le')],
      [
        's32le',
        integerBytes(
          Float32Array.from(VOICE, (sample) => Math.round(sample * 32768) / 32768),
          32,
          'le',
        ),
      ],
    ];
    for (const [encoding, bytes] of cases) {
      assert.equal(encodingOf(formatOf(bytes, 'audio/pcm')), encoding);
      assert.equal(encodingOf(formatOf(joined(new Uint8Array(24), bytes), '', 'x.raw')), encoding);
      assert.equal(encodingOf(soundFormatOf(bytes.subarray(0, 4096), { isRateGiven: true })), encoding);
    }
    // Senders of L16 do not agree about the byte order.
    assert.equal(encodingOf(formatOf(integerBytes(VOICE, 16, 'be'), 'audio/L16;rate=16000')), 's16be');
    assert.equal(encodingOf(formatOf(PCM, 'audio/L16;rate=16000')), 's16le');
  });

  it('leaves labelled files to the decoder', () => {
    assert.deepEqual(formatOf(SILENCE, 'audio/mpeg'), { kind: 'encoded', what: 'audio/mpeg' });
    assert.deepEqual(formatOf(SILENCE, '', 'speech.mp3'), { kind: 'encoded', what: 'MP3' });
  });

  it('tells HTML, JSON and text from sound', () => {
    assert.deepEqual(formatOf(text('<!DOCTYPE html>'), 'audio/mpeg'), { kind: 'other', what: 'an HTML page' });
    assert.deepEqual(formatOf(text('\n <html><body>no such file</body></html>')), { kind: 'other', what: 'an HTML page' });
    assert.deepEqual(formatOf(text('{"error":1}', 11), 'audio/pcm'), { kind: 'other', what: 'JSON' });
    assert.deepEqual(formatOf(text('not found', 9), 'text/plain'), { kind: 'other', what: 'text' });
    assert.deepEqual(formatOf(text('The quota of this key is used up. '.repeat(3), 128), '', 'x.pcm'), { kind: 'other', what: 'text' });
  });

  it('names what is no sound, and sound that it does not read itself', () => {
    const cases: [Uint8Array, string, string][] = [
      [text('glTF\x02'), 'other', 'a GLB model'],
      [text('PK\x03\x04'), 'other', 'a ZIP archive'],
      [text('\x89PNG\r\n'), 'other', 'a PNG picture'],
      [joined(Uint8Array.of(0x0b, 0x77, 1, 2, 0x54, 0x40), randomBytes(2000)), 'encoded', 'AC-3'],
      [joined(Uint8Array.of(0x0b, 0x77, 1, 2, 0x54, 0x80), randomBytes(2000)), 'encoded', 'E-AC-3'],
      [text('#!AMR\n'), 'encoded', 'AMR'],
      [text('caff\0\x01'), 'encoded', 'Core Audio Format (CAF)'],
    ];
    for (const [bytes, kind, what] of cases) assert.deepEqual(formatOf(bytes), { kind, what } as SoundFormat, what);
    const packet = new Uint8Array(188 * 4);
    for (let at = 0; at < packet.length; at += 188) packet[at] = 0x47;
    assert.deepEqual(formatOf(packet), { kind: 'encoded', what: 'an MPEG transport stream' });
  });

  it('recognises bare MP3, MP2 and AAC frames by the next one, also behind a tag, and not quiet PCM', () => {
    // 128 kbit/s, 44.1 kHz: frames of 417 bytes.
    const mp3 = new Uint8Array(1000);
    mp3.set([0xff, 0xfb, 0x90, 0x00]);
    mp3.set([0xff, 0xfb, 0x90, 0x00], 417);
    assert.equal(formatOf(mp3).kind, 'mp3');
    const tag = new Uint8Array(30);
    tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 20]);
    assert.equal(formatOf(joined(tag, mp3)).kind, 'mp3');
    const mp2 = new Uint8Array(1000);
    mp2.set([0xff, 0xfd, 0x80, 0x00]);
    mp2.set([0xff, 0xfd, 0x80, 0x00], 417);
    assert.deepEqual(formatOf(mp2), { kind: 'encoded', what: 'MP2' });
    const aac = new Uint8Array(1000);
    aac.set([0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc]);
    aac.set([0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc], 256);
    assert.deepEqual(formatOf(aac), { kind: 'encoded', what: 'AAC' });
    assert.equal(formatOf(new Uint8Array(1000).fill(0xff)).kind, 'pcm');
    mp3[417] = 0;
    assert.equal(formatOf(mp3).kind, 'pcm');
  });
});
