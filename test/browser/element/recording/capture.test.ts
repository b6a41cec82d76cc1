import { assert } from 'chai';
import type { SpatiusAvatar } from '../../../../src/index.js';
import { buzz, createAvatar, once, rejectionOf } from '../../../helpers/browser/elements.js';
import { until } from '../../../helpers/until.js';

interface Look {
  width: number;
  /** Pictures that differ from the one before. */
  changes: number;
  rms: number;
  /** Of the sound alone: where the sound device starts late, it begins after the picture. */
  soundSeconds: number;
  /** Where playing ended. */
  seconds: number;
}

/** Plays a recording from its beginning to its end. */
async function look(file: Blob): Promise<Look> {
  const context = new OfflineAudioContext(1, 1, 16_000);
  const sound = (await context.decodeAudioData(await file.arrayBuffer())).getChannelData(0);
  const rms = Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(file);
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve));
  await video.play();
  const picture = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext('2d', { willReadFrequently: true })!;
  let [changes, before] = [0, ''];
  const note = (): void => {
    picture.drawImage(video, 0, 0);
    const now = picture.getImageData(0, 0, video.videoWidth, video.videoHeight).data.join();
    if (now !== before) changes++;
    before = now;
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  await ended;
  return { width: video.videoWidth, changes, rms, soundSeconds: sound.length / 16_000, seconds: video.currentTime };
}

/** Goes to the middle of a recording. @returns Its length, and where it is then, s. */
async function seekToMiddle(file: Blob): Promise<{ duration: number; at: number }> {
  const video = document.createElement('video');
  video.src = URL.createObjectURL(file);
  await once(video, 'loadedmetadata');
  const { duration } = video;
  if (!Number.isFinite(duration)) return { duration, at: NaN };
  video.currentTime = duration / 2;
  await once(video, 'seeked');
  return { duration, at: video.currentTime };
}

/** A recording has a moving picture and sound, and players can seek in it. @returns The length of its sound, s. */
async function checkRecording(file: Blob, fewestChanges: number): Promise<number> {
  const { width, changes, rms, soundSeconds, seconds } = await look(file);
  assert.isAtLeast(width, 48);
  assert.isAbove(changes, fewestChanges);
  assert.isAbove(rms, 0.05);
  const { duration, at } = await seekToMiddle(file);
  assert.approximately(duration, seconds, 0.3);
  assert.approximately(at, duration / 2, 0.1);
  assert.isAtMost(soundSeconds, duration + 0.3);
  return soundSeconds;
}

const typeOf = (codec: string): string => (codec === 'avc1' ? 'video/mp4;codecs=avc1,mp4a.40.2' : `video/webm;codecs=${codec},opus`);

/** Whether the recorder of this browser writes anything: WebKitGTK's needs an encoder that few have. */
async function canRecord(): Promise<boolean> {
  const canvas = document.createElement('canvas');
  const picture = canvas.getContext('2d')!;
  const draw = setInterval(() => picture.fillRect(0, 0, Math.random() * 100, 100), 30);
  try {
    const recorder = new MediaRecorder(canvas.captureStream());
    const written = new Promise<boolean>((resolve) => recorder.addEventListener('dataavailable', ({ data }) => resolve(data.size > 0)));
    recorder.start();
    setTimeout(() => recorder.stop(), 1000);
    return await Promise.race([written, new Promise<boolean>((resolve) => setTimeout(resolve, 5000, false))]);
  } catch {
    return false;
  } finally {
    clearInterval(draw);
  }
}

describe('Capture', function () {
  // Each recording is made and played in its own time, with sound and pictures that the CPU encodes.
  this.timeout(60_000);
  let avatar: SpatiusAvatar;

  before(async function () {
    if (await canRecord()) return;
    assert.notInclude(navigator.userAgent, 'Chrome');
    this.skip();
  });
  beforeEach(async () => {
    avatar = createAvatar();
    await once(avatar, 'avatar-ready');
  });
  afterEach(() => document.body.replaceChildren());

  it('records what is said, picture and voice, also muted and out of sight', async () => {
    avatar.muted = true;
    document.body.style.paddingTop = '4000px';
    try {
      await until(async () => (await avatar.diagnose()).element.isVisible === false);
      const [file] = await Promise.all([avatar.record(), avatar.speak(buzz(2), { sampleRateHz: 16_000 })]);
      assert.match(file.type, /^video\/(webm|mp4)/);
      assert.isAbove(await checkRecording(file, 5), 1.8);
      // It rests again when nobody looks.
      await until(async () => !(await avatar.diagnose()).element.isVisible);
    } finally {
      document.body.style.paddingTop = '';
    }
  });

  it('records until it is told to end, and no longer than it may', async () => {
    const ending = new AbortController();
    const codec = ['vp9', 'vp8', 'avc1'].find((name) => MediaRecorder.isTypeSupported(typeOf(name)))!;
    const recording = avatar.record({ signal: ending.signal, mimeType: typeOf(codec) });
    setTimeout(() => ending.abort(), 2000);
    const told = await recording;
    assert.include(told.type, codec);
    const startMs = performance.now();
    const limited = await avatar.record({ signal: new AbortController().signal, maxSeconds: 2 });
    assert.isBelow(performance.now() - startMs, 8000);
    assert.isAbove(told.size, 0);
    assert.isAbove(limited.size, 0);
  });

  it('records MP4 where the browser writes it', async function () {
    if (!MediaRecorder.isTypeSupported('video/mp4')) return this.skip();
    const [file] = await Promise.all([avatar.record({ mimeType: 'video/mp4' }), avatar.speak(buzz(2), { sampleRateHz: 16_000 })]);
    assert.match(file.type, /^video\/mp4/);
    await checkRecording(file, 2);
  });

  it('gives a stream that ends with its tracks, and with the avatar', async () => {
    const stream = await avatar.captureStream({ frameRate: 15 });
    assert.deepEqual(
      stream
        .getTracks()
        .map(({ kind }) => kind)
        .sort(),
      ['audio', 'video'],
    );
    stream.getAudioTracks()[0].stop();
    await until(() => stream.getVideoTracks()[0].readyState === 'ended');
    const other = await avatar.captureStream();
    avatar.remove();
    await until(() => other.getTracks().every(({ readyState }) => readyState === 'ended'));
  });

  it('keeps what was recorded when the avatar goes', async () => {
    const recording = avatar.record();
    setTimeout(() => avatar.remove(), 3000);
    assert.isAbove((await recording).size, 1000);
  });

  it('leaves nothing behind where it cannot', async () => {
    const captures = (): number =>
      (avatar as unknown as { lifecycle: { avatar: { captures: Set<unknown> } } }).lifecycle.avatar.captures.size;
    assert.equal(await rejectionOf(avatar.captureStream({ frameRate: -1 })), 'recordingFailed');
    await until(() => captures() === 0);
    // One that has no picture yet; listeners are the platform's own, and seen as they are added.
    const young = createAvatar();
    // Nor gets one while its sound starts, which takes a second in Firefox.
    young.style.display = 'none';
    const signals: (AbortSignal | undefined)[] = [];
    const add = young.addEventListener.bind(young) as HTMLElement['addEventListener'];
    young.addEventListener = (name: string, listener: EventListener, options?: AddEventListenerOptions) => {
      if (name === 'avatar-conversation-state') signals.push(options?.signal);
      add(name, listener, options);
    };
    assert.equal(await rejectionOf(young.record()), 'renderingFailed');
    assert.deepEqual(
      signals.map((signal) => signal?.aborted),
      [true],
    );
  });

  it('says why it cannot', async () => {
    assert.equal(await rejectionOf(avatar.record({ mimeType: 'video/mpeg' })), 'invalidConfiguration');
    assert.equal(await rejectionOf(avatar.record({ maxSeconds: 0 })), 'invalidConfiguration');
    assert.equal(await rejectionOf(avatar.record({ signal: AbortSignal.abort() })), 'aborted');
    assert.equal(await rejectionOf(createAvatar().captureStream()), 'renderingFailed');
  });
});
