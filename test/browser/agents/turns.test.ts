import { assert } from 'chai';
import { type Heard, openTurn } from '../../../src/agents/index.js';
import type { SpatiusAvatar } from '../../../src/index.js';
import { createAvatar, once } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

const RATE = 24_000;

/** A loud hum, so that what is heard is told from silence. */
const hum = (seconds: number): Int16Array => Int16Array.from({ length: seconds * RATE }, (_, i) => 9000 * Math.sin(i / 12));

describe('A turn of <spatius-avatar>', function () {
  this.timeout(60_000);
  let avatar: SpatiusAvatar;

  beforeEach(async () => {
    avatar = createAvatar('<spatius-avatar></spatius-avatar>');
    await once(avatar, 'avatar-ready');
  });
  afterEach(() => document.body.replaceChildren());

  it('is told by interrupt() and the event, and its late chunks are never spoken', async () => {
    const told: Heard[] = [];
    // Before the turn's own listener.
    avatar.addEventListener('avatar-interrupted', ({ interruption }) => told.push({ ...interruption }));
    const turn = openTurn(avatar, 'answer', { sampleRate: RATE });
    turn.audio(hum(1), { itemId: 'one' });
    turn.text('One second. ');
    turn.audio(hum(3), { itemId: 'two' });
    turn.text('And then three more seconds of it.');
    await until(() => avatar.currentTime > 1.2, 20_000);
    const audible = avatar.currentTime;
    const heard = avatar.interrupt()!;
    assert.approximately(heard.heardSeconds, audible, 0.05);
    assert.approximately(heard.itemSeconds, audible - 1, 0.05);
    assert.deepInclude(heard, { turnId: 'answer', itemId: 'two' });
    assert.match(heard.heardText!, /^One second\.( And)?$/);
    assert.deepEqual(told, [heard]);
    assert.isNull(avatar.interrupt());
    const playing: string[] = [];
    avatar.addEventListener('avatar-conversation-state', ({ state }) => playing.push(state));
    turn.audio(hum(1));
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.deepEqual(playing, []);
    const next = openTurn(avatar, 'next');
    next.audio(hum(0.5));
    next.end();
    await next.finished;
    assert.deepEqual(playing, ['playing', 'idle']);
  });

  it('is idle within a second after the last sound where the agent marks no end', async () => {
    const turn = openTurn(avatar, 'answer', { sampleRate: RATE });
    const startMs = performance.now();
    turn.audio(hum(0.6));
    await until(() => avatar.conversationState === 'playing', 20_000);
    const playingMs = performance.now();
    await until(() => avatar.conversationState === 'idle', 20_000);
    assert.isBelow(performance.now() - playingMs, 600 + 1000);
    assert.isTrue(turn.isOpen);
    assert.isAbove(playingMs, startMs);
  });

  it('shows its text as captions while it is heard', async () => {
    avatar.captions = true;
    const turn = openTurn(avatar, 'answer', { sampleRate: RATE });
    turn.audio(hum(1));
    turn.text('Words without times.');
    const { cues } = await once(avatar, 'avatar-cue-change');
    assert.deepEqual(
      cues.map(({ text }) => text),
      ['Words without times.'],
    );
    turn.end();
    await turn.finished;
  });
});
