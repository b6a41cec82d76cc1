import { assert } from 'chai';
import { describe, it } from '#test';
import { openTurn, Turns } from '../../../src/agents/turns.js';
import { codeOf } from '../../helpers/code-of.js';
import { FakeAvatar, settled, silence } from './fake-avatar.js';

const second = new Int16Array(24_000);

describe('openTurn', () => {
  it('speaks base64, bytes and samples of a turn as one speech, which ends with it', async () => {
    const avatar = new FakeAvatar();
    const turn = openTurn(avatar, 'one', { sampleRate: 16_000 });
    turn.audio(silence(1));
    turn.audio(new Uint8Array(100));
    turn.audio(new Float32Array(50));
    turn.audio(new Int16Array(50));
    await settled();
    assert.lengthOf(avatar.speeches, 1);
    const [speech] = avatar.speeches;
    assert.equal(speech.options.sampleRateHz, 16_000);
    assert.equal(speech.bytes, 48_000 + 300);
    assert.isFalse(speech.hasEnded);
    turn.end();
    turn.audio(second);
    await settled();
    assert.isTrue(speech.hasEnded);
    assert.equal(speech.bytes, 48_000 + 300);
    assert.isTrue(turn.isOpen);
    speech.end();
    await turn.finished;
    assert.isFalse(turn.isOpen);
  });

  it('fills in what was heard of the turn, its item and its words, and drops what still comes', async () => {
    const avatar = new FakeAvatar();
    const turn = openTurn(avatar, 'one');
    turn.audio(second, { itemId: 'first' });
    turn.text('Hello there, my friend. ');
    turn.audio(second, { itemId: 'second' });
    turn.text('How are you today?');
    await settled();
    avatar.play('playing');
    avatar.currentTime = 1.25;
    const heard = Turns.of(avatar).interrupt();
    assert.deepInclude(heard, { turnId: 'one', itemId: 'second', heardSeconds: 1.25, itemSeconds: 0.25 });
    assert.match(heard!.heardText!, /^Hello there, my friend\.( How)?$/);
    turn.audio(second);
    await settled();
    const [speech] = avatar.speeches;
    assert.equal(speech.bytes, 96_000);
    assert.isFalse(turn.isOpen);
    assert.isNull(Turns.of(avatar).for('one'));
    assert.isNull(Turns.of(avatar).interrupt());
    const next = openTurn(avatar, 'two');
    next.audio(second);
    await settled();
    assert.lengthOf(avatar.speeches, 2);
  });

  it('knows the turn also where the visitor or the page interrupts the element itself', async () => {
    const avatar = new FakeAvatar();
    const told: (string | null)[] = [];
    const turn = openTurn(avatar, 'one');
    avatar.addEventListener('avatar-interrupted', (event) =>
      told.push((event as Event & { interruption: { turnId: string } }).interruption.turnId),
    );
    turn.audio(second);
    await settled();
    avatar.play('playing');
    avatar.interrupt();
    await settled();
    assert.deepEqual(told, ['one']);
    assert.isFalse(turn.isOpen);
  });

  it('ends a speech when the source brings nothing more, and goes on with another when it does', async () => {
    const avatar = new FakeAvatar();
    const turn = openTurn(avatar, 'one', { endAfterSeconds: 0.02 });
    turn.audio(second);
    await settled();
    avatar.play('playing');
    avatar.stall(true);
    await settled(5);
    assert.isFalse(avatar.speeches[0].hasEnded);
    await settled(40);
    assert.isTrue(avatar.speeches[0].hasEnded);
    avatar.speeches[0].end();
    await settled();
    assert.isTrue(turn.isOpen);
    turn.audio(second, { itemId: 'late' });
    await settled();
    assert.lengthOf(avatar.speeches, 2);
    avatar.play('playing');
    avatar.currentTime = 0.5;
    assert.deepInclude(Turns.of(avatar).interrupt(), { itemId: 'late', heardSeconds: 1.5, itemSeconds: 0.5 });
  });

  it('speaks one turn after the other, and none again', async () => {
    const avatar = new FakeAvatar();
    const [one, two] = [openTurn(avatar, 'one'), openTurn(avatar, 'two')];
    assert.isFalse(one.isOpen);
    two.audio(second);
    const three = openTurn(avatar, 'three');
    three.audio(second);
    await settled();
    assert.lengthOf(avatar.speeches, 1);
    assert.isTrue(avatar.speeches[0].hasEnded);
    avatar.speeches[0].end();
    await settled();
    assert.lengthOf(avatar.speeches, 2);
    assert.equal(
      codeOf(() => openTurn(avatar, 'three')),
      'invalidRequest',
    );
    assert.equal(
      codeOf(() => openTurn(avatar, 'one')),
      'invalidRequest',
    );
  });

  it('refuses what is no audio, and a rate that cannot be', () => {
    const avatar = new FakeAvatar();
    const turn = openTurn(avatar, 'one');
    assert.equal(
      codeOf(() => turn.audio('not base64!')),
      'invalidAudioInput',
    );
    assert.equal(
      codeOf(() => turn.audio({} as string)),
      'invalidAudioInput',
    );
    assert.equal(
      codeOf(() => openTurn(avatar, 'two', { sampleRate: 24 })),
      'unsupportedSampleRate',
    );
    assert.equal(
      codeOf(() => turn.timings({ visemes: [] })),
      'invalidTimings',
    );
  });

  it('makes captions of text without times, spread over the sound that came with it, and of alignments', async () => {
    const avatar = new FakeAvatar();
    const turn = openTurn(avatar, 'one');
    turn.audio(second);
    await settled();
    turn.text('One sentence. ');
    turn.audio(second);
    turn.text('Another');
    turn.end();
    assert.deepEqual(
      avatar.cues.map(({ text }) => text),
      ['One sentence.', 'Another'],
    );
    assert.approximately(avatar.cues[1].end, 2, 0.01);
    avatar.speeches[0].end();
    await settled();
    const timed = openTurn(avatar, 'two');
    timed.audio(second);
    await settled();
    timed.timings(
      {
        characters: [...'Hi you.'],
        character_start_times_seconds: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        character_end_times_seconds: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
      },
      0.1,
    );
    assert.deepInclude(avatar.cues.at(-1), { text: 'Hi you.' });
    assert.approximately(avatar.cues.at(-1)!.start, 0.1, 1e-6);
    assert.approximately(avatar.cues.at(-1)!.end, 0.8, 1e-6);
    timed.timings({ words: ['Well', 'done.'], start: [1, 1.5], end: [1.4, 2] });
    assert.approximately(avatar.cues.at(-1)!.start, 1, 1e-6);
    timed.timings({
      words: [
        { word: ' Come', start: 2.1, end: 2.4 },
        { word: ' again.', start: 2.5, end: 2.9 },
      ],
    });
    assert.deepInclude(avatar.cues.at(-1), { text: 'Come again.' });
    assert.approximately(avatar.cues.at(-1)!.start, 2.1, 1e-6);
    assert.approximately(avatar.cues.at(-1)!.end, 2.9, 1e-6);
  });
});
