import { assert } from 'chai';
import { describe, it } from '#test';
import { readCue } from '../../../../src/element/captions/read-cues.js';
import { parseWebVtt } from '../../../../src/element/captions/web-vtt.js';
import { cuesFromWords } from '../../../../src/element/captions/worded-cues.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';

const asIs = (markup: string): string => markup;

/** Words of equal length after one another; a dash is a silence of 1 s. */
function timed(text: string, secondsEach = 0.3): { label: string; startSeconds: number; endSeconds: number }[] {
  let now = 0;
  return text.split(' ').flatMap((label) => {
    const startSeconds = now;
    now += label === '-' ? 1 : secondsEach;
    return label === '-' ? [] : [{ label, startSeconds, endSeconds: now }];
  });
}

describe('WebVTT', () => {
  it('is read with its comments, styles, identifiers, settings and any line ends', () => {
    const file = [
      '\uFEFFWEBVTT - a title',
      '',
      'NOTE nobody reads this',
      '',
      'STYLE',
      '::cue { color: red }',
      '',
      'second',
      '00:00:03.500 --> 01:00:04.000 line:0 align:start',
      'two',
      'lines',
      '',
      '00:01.000 --> 00:02.000',
      'first',
      '',
      '',
    ].join('\r\n');
    assert.deepEqual(parseWebVtt(file, asIs), [
      { start: 1, end: 2, text: 'first' },
      { start: 3.5, end: 3604, text: 'two\nlines' },
    ]);
  });

  it('passes over blocks that cannot be, and keeps the others', () => {
    const file =
      'WEBVTT\n\n00:05.000 --> 00:04.000\nbackwards\n\n00:61.000 --> 00:62.000\nno minute\n\n1 --> 2\nno time\n\n00:01.000 --> 00:02.000\n\n\n00:03.000 --> 00:04.000\nthis';
    assert.deepEqual(
      parseWebVtt(file, asIs).map(({ text }) => text),
      ['this'],
    );
  });

  it('refuses what is no WebVTT by its name', () => {
    for (const text of ['', '1\n00:00:01,000 --> 00:00:02,000\nSubRip', 'WEBVTTX\n\n']) {
      assert.throws(() => parseWebVtt(text, asIs), AvatarError, 'WEBVTT');
    }
  });
});

describe('Captions from words', () => {
  it('end with sentences, and short ones stay with the next', () => {
    const cues = cuesFromWords(timed('No. That is not what I have said. And now to something else.'));
    assert.deepEqual(
      cues.map(({ text }) => text),
      ['No. That is not what I have said.', 'And now to something else.'],
    );
    assert.equal(cues[0].start, 0);
    assert.equal(cues[0].end, cues[1].start);
  });

  it('break long sentences near the middle at a comma, each in two lines and six seconds', () => {
    const sentence =
      'When the boat comes in with the evening tide, everybody who has waited for it on the old wooden pier goes down to the water to help.';
    const cues = cuesFromWords(timed(sentence));
    assert.isTrue(cues[0].text.endsWith('tide,'));
    assert.equal(cues.map(({ text }) => text).join(' '), sentence);
    for (const { text, start, end } of cues) {
      assert.isAtMost(text.length, 74);
      assert.isAtMost(end - start, 6 + 1e-9);
    }
  });

  it('end with silence, and stay for a second where there is room', () => {
    const cues = cuesFromWords(timed('Yes - - I think so'));
    assert.deepEqual(
      cues.map(({ text }) => text),
      ['Yes', 'I think so'],
    );
    assert.closeTo(cues[0].end - cues[0].start, 1, 1e-9);
    // The next follows too soon for a full second: no gap to flicker in.
    const [first, second] = cuesFromWords([
      { label: 'Yes', startSeconds: 0, endSeconds: 0.2 },
      { label: 'No', startSeconds: 0.95, endSeconds: 1.2 },
    ]);
    assert.equal(first!.end, second!.start);
  });

  it('put no spaces between characters of scripts that have none', () => {
    const cues = cuesFromWords(timed('今日は とても いい 天気 ですね 。'));
    assert.deepEqual(
      cues.map(({ text }) => text),
      ['今日はとてもいい天気ですね。'],
    );
    const long = cuesFromWords(
      timed(
        '吾輩は 猫である 名前は まだ無い どこで 生れたか とんと 見当が つかぬ 何でも 薄暗い じめじめ した所で 泣いて いた事だけは 記憶して いる',
        0.2,
      ),
    );
    for (const { text } of long) assert.isAtMost(text.length, 32);
  });

  it('keep a word that is longer than a caption', () => {
    assert.deepEqual(
      cuesFromWords(timed('x'.repeat(200))).map(({ text }) => text.length),
      [200],
    );
  });
});

describe('A cue', () => {
  it('has a text, and ends after its start', () => {
    assert.deepEqual(readCue({ start: 0, end: 1, text: 'Hello', extra: true }), { start: 0, end: 1, text: 'Hello' });
    for (const cue of [
      null,
      'text',
      { start: 0, end: 1 },
      { start: 1, end: 1, text: '' },
      { start: NaN, end: 1, text: '' },
      { start: '0', end: 1, text: '' },
    ]) {
      assert.throws(() => readCue(cue), AvatarError, 'captions');
    }
  });
});
