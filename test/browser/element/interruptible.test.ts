import { assert } from 'chai';
import { type SpatiusAvatar, setAssetUrls } from '../../../src/index.js';
import { createAvatar, once } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

/** Real voices, decoded once. */
let voices: Promise<AudioBuffer[]> | null = null;
const speeches = (): Promise<AudioBuffer[]> =>
  (voices ??= Promise.all(
    ['welcome-en', 'gruss-de'].map(async (name) => {
      const file = await (await fetch(`/demo/speech/${name}.mp3`)).arrayBuffer();
      return new OfflineAudioContext(1, 1, 48_000).decodeAudioData(file);
    }),
  ));

/** A person before a microphone that is open all the time. */
class Person {
  private readonly context = new AudioContext();
  private readonly mouth = new MediaStreamAudioDestinationNode(this.context);
  readonly microphone = this.mouth.stream;

  speak(buffer: AudioBuffer): void {
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.mouth);
    source.start();
  }
  async leave(): Promise<void> {
    await this.context.close();
  }
}

/** Chromium and Firefox pretend to have one; WebKitGTK asks somebody who is not there. */
function hasMicrophone(): Promise<boolean> {
  const given = navigator.mediaDevices.getUserMedia({ audio: true }).then(
    (stream) => {
      for (const track of stream.getTracks()) track.stop();
      return true;
    },
    () => false,
  );
  return Promise.race([given, new Promise<boolean>((resolve) => setTimeout(resolve, 3000, false))]);
}

describe('interruptible', function () {
  this.timeout(60_000);
  let avatar: SpatiusAvatar;
  let person: Person;
  let heard: boolean[];

  beforeEach(async () => {
    person = new Person();
    heard = [];
    avatar = createAvatar('<spatius-avatar interruptible></spatius-avatar>');
    avatar.addEventListener('avatar-user-speech', ({ isSpeaking }) => heard.push(isSpeaking));
    await once(avatar, 'avatar-ready');
  });
  afterEach(async () => {
    document.body.replaceChildren();
    await person.leave();
  });

  /** `end` tells how the speech ends. */
  async function speaking(): Promise<{ end: Promise<string> }> {
    const [speech] = await speeches();
    const end = avatar.speak(speech).then(
      () => 'heard',
      ({ code }: { code: string }) => code,
    );
    await until(() => avatar.conversationState === 'playing', 20_000);
    return { end };
  }

  it('lets a voice interrupt the avatar, and tells when it has ended', async () => {
    avatar.microphone = person.microphone;
    const { end } = await speaking();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(heard, []);
    person.speak((await speeches())[1]);
    assert.equal(await end, 'aborted');
    assert.equal(avatar.conversationState, 'idle');
    assert.deepEqual(heard, [true]);
    assert.isTrue(avatar.listening);
    await until(() => heard.includes(false), 15_000);
    assert.isFalse(avatar.listening);
  });

  it('leaves the avatar speaking when the page prevents it', async () => {
    avatar.microphone = person.microphone;
    avatar.addEventListener('avatar-user-speech', (event) => event.preventDefault());
    await speaking();
    person.speak((await speeches())[1]);
    await until(() => heard.includes(true));
    assert.equal(avatar.conversationState, 'playing');
  });

  it('is not interrupted by its own voice', async () => {
    avatar.microphone = await avatar.captureStream();
    const { end } = await speaking();
    assert.deepEqual([await end, heard], ['heard', []]);
  });

  it('asks for the microphone with the first gesture, and gives it back', async function () {
    if (!(await hasMicrophone())) return this.skip();
    const devices = navigator.mediaDevices;
    const asked: MediaStream[] = [];
    const getUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      assert.deepInclude(wanted?.audio, { echoCancellation: true });
      asked.push(await getUserMedia(wanted));
      return asked.at(-1)!;
    };
    try {
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.lengthOf(asked, 0);
      dispatchEvent(new PointerEvent('pointerup'));
      await until(() => asked.length === 1);
      avatar.interruptible = false;
      await until(() => asked[0].getTracks().every(({ readyState }) => readyState === 'ended'));
    } finally {
      devices.getUserMedia = getUserMedia;
    }
  });

  it('gives a microphone back that it cannot hear', async function () {
    if (!(await hasMicrophone())) return this.skip();
    const devices = navigator.mediaDevices;
    let given: MediaStream | null = null;
    const getUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => (given = await getUserMedia(wanted));
    setAssetUrls({ files: { 'audio/capture.worklet.js': '/no-such-file.js' } });
    try {
      const error = once(avatar, 'avatar-error');
      dispatchEvent(new PointerEvent('pointerup'));
      assert.equal((await error).error.code, 'playbackInitFailed');
      await until(() => given?.getTracks().every(({ readyState }) => readyState === 'ended'));
    } finally {
      devices.getUserMedia = getUserMedia;
      setAssetUrls({ files: { 'audio/capture.worklet.js': new URL('../../../src/audio/capture.worklet.js', import.meta.url) } });
    }
  });

  it('says when there is no microphone', async () => {
    const error = once(avatar, 'avatar-error');
    avatar.microphone = new MediaStream();
    assert.equal((await error).error.code, 'noAudio');
  });
});
