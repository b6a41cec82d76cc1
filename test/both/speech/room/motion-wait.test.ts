import { assert, describe, it } from '#test';
import { MotionWait } from '../../../../src/speech/room/motion-wait.js';

const VOICE = {} as MediaStreamTrack;
const OTHER = {} as MediaStreamTrack;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function waiting(): { wait: MotionWait; told: (MediaStreamTrack | null)[]; speech: { isHeard: boolean } } {
  const told: (MediaStreamTrack | null)[] = [];
  const speech = { isHeard: false };
  const wait = new MotionWait({ handleAlone: (voice) => told.push(voice), isSpeaking: () => speech.isHeard }, 0);
  return { wait, told, speech };
}

describe('The wait for motion of a voice in a room', () => {
  it('gives a voice without motion to the page, once', async () => {
    const { wait, told } = waiting();
    wait.setVoice(VOICE, false);
    wait.setVoice(VOICE, false);
    assert.isFalse(wait.isAlone);
    await soon();
    wait.setVoice(VOICE, false);
    assert.deepEqual(told, [VOICE]);
    assert.isTrue(wait.isAlone);
  });

  it('waits for good where motion is announced or has come', async () => {
    const { wait, told } = waiting();
    wait.setVoice(VOICE, true);
    wait.setVoice(OTHER, false);
    wait.setVoice(OTHER, true);
    assert.isTrue(wait.admits(1));
    wait.setVoice(VOICE, false);
    await soon();
    assert.deepEqual(told, []);
  });

  it('lets motion take over at once in a silence', async () => {
    const { wait, told } = waiting();
    wait.setVoice(VOICE, false);
    await soon();
    assert.isTrue(wait.admits(1));
    assert.deepEqual(told, [VOICE, null]);
    assert.isFalse(wait.isAlone);
  });

  it('drops the motion of the turn that is being heard, and takes that of the next', async () => {
    const { wait, told, speech } = waiting();
    wait.setVoice(VOICE, false);
    await soon();
    speech.isHeard = true;
    assert.isFalse(wait.admits(4));
    assert.isFalse(wait.admits(4));
    assert.isTrue(wait.isAlone);
    assert.isTrue(wait.admits(5));
    assert.isTrue(wait.admits(5));
    assert.deepEqual(told, [VOICE, null]);
  });

  it('ends with the voice and begins again with another participant', async () => {
    const { wait, told } = waiting();
    wait.setVoice(VOICE, false);
    await soon();
    wait.reset();
    wait.setVoice(OTHER, false);
    await soon();
    assert.deepEqual(told, [VOICE, null, OTHER]);
  });
});
