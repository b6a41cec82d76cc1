/** Conclusions of a diagnosis: why the mouth does not move, why there is no sound, what draws the picture. */
import type { DiagnosisFacts as Facts } from './facts.js';

export interface Finding {
  readonly subject: 'mouth' | 'sound' | 'picture';
  /** `ok`: nothing is wrong with the subject. `problem`: it does not work. `warning`: it could work better. */
  readonly severity: 'ok' | 'warning' | 'problem';
  /** Stable; for programs. */
  readonly code: string;
  readonly words: string;
  /** Empty where nothing is to be done. */
  readonly advice: string;
}

type Rule = [
  isSo: (facts: Facts) => boolean,
  severity: 'warning' | 'problem',
  code: string,
  words: string | ((facts: Facts) => string),
  advice: string,
];

const isRemote = ({ element }: Facts): boolean => element.mode !== 'local';
const hasSpoken = ({ stats }: Facts): boolean => Number.isFinite(stats?.firstSoundMs);
const lacks = ({ avatar }: Facts, channel: string): boolean =>
  avatar !== null && avatar.missingChannels.includes(channel) && !avatar.approximatedChannels.includes(channel);

const LIVE_ADVICE =
  'Look at the track and its sender, or at the crossorigin attribute of the element; silence between two answers is as it should be.';

const MOUTH: Rule[] = [
  [({ avatar }) => !avatar, 'problem', 'mouth-no-avatar', 'No avatar is shown.', 'See what is said of the picture.'],
  [
    (facts) => lacks(facts, 'jawOpen'),
    'problem',
    'mouth-no-shapes',
    'This avatar has neither mouth shapes nor a jaw joint.',
    'Use an avatar with ARKit blendshapes, Oculus visemes or VRM expressions.',
  ],
  [
    ({ element }) => element.intensity === 0,
    'problem',
    'mouth-no-intensity',
    'intensity is 0: speech does not move the face.',
    'Set intensity above 0.',
  ],
  [
    (facts) => isRemote(facts) && facts.connectionState === 'failed',
    'problem',
    'mouth-not-connected',
    ({ element }) =>
      `There is no connection, so that speech is sound alone${element.fallback === 'local' ? ' until this browser makes the motion' : ''}.`,
    'Look at the errors; fallback="local" lets this browser make the motion.',
  ],
  [
    (facts) => isRemote(facts) && facts.connectionState === 'disconnected',
    'problem',
    'mouth-not-started',
    'The avatar is not connected.',
    'Call start(), or set autostart.',
  ],
  [
    ({ errors }) => errors.some(({ code }) => code === 'invalidMotionData'),
    'problem',
    'mouth-broken-motion',
    'Motion came that cannot be read.',
    'Hand over the messages of the Motion Server whole and untouched.',
  ],
  [({ liveSilence }) => liveSilence !== null, 'problem', 'mouth-live-silence', ({ liveSilence }) => liveSilence!, LIVE_ADVICE],
  [
    ({ stats }) => (stats?.discardedMessages ?? 0) > 0 && stats?.motionSeconds === 0,
    'problem',
    'mouth-late-motion',
    'All motion came for speech that was over.',
    'Give each motion the id of its conversation.',
  ],
  [
    (facts) => hasSpoken(facts) && facts.stats?.motionSeconds === 0,
    'problem',
    'mouth-no-motion',
    'Speech was heard and no motion came for it.',
    'Look at avatar-conversation-motion and at the errors.',
  ],
  [({ element }) => !element.isVisible, 'warning', 'mouth-out-of-sight', 'The avatar is out of sight, where nothing is drawn.', ''],
  [
    ({ stats }) => (stats?.starvedFrames ?? 0) > 30,
    'warning',
    'mouth-starved',
    'The face has waited for motion while speech was heard.',
    'The line to the server is slow; frame-starvation="strict-sync" lets the sound wait.',
  ],
];

const SOUND: Rule[] = [
  [
    ({ browser }) => !browser.isSecureContext,
    'problem',
    'sound-insecure-page',
    'The page is not secure, and browsers give such pages no audio worklet.',
    'Serve it by https, or from localhost.',
  ],
  [
    ({ browser }) => !browser.hasAudioWorklet,
    'problem',
    'sound-no-worklet',
    'This browser has no audio worklet.',
    'Use a browser of 2021 or newer.',
  ],
  [
    ({ isAudioBlocked }) => isAudioBlocked,
    'problem',
    'sound-locked',
    'The browser keeps sound locked until the visitor touches the page.',
    'Call initializeAudioContext() in a click handler.',
  ],
  [({ liveSilence }) => liveSilence !== null, 'problem', 'sound-live-silence', ({ liveSilence }) => liveSilence!, LIVE_ADVICE],
  [({ element }) => element.isMuted, 'problem', 'sound-muted', 'The avatar is muted.', 'Remove muted.'],
  [({ element }) => element.volume === 0, 'problem', 'sound-no-volume', 'The volume is 0.', 'Set volume above 0.'],
  [({ conversationState }) => conversationState === 'paused', 'problem', 'sound-paused', 'Speech is held.', 'Call resume().'],
  [
    ({ errors }) => errors.some(({ code }) => code === 'playbackInitFailed'),
    'problem',
    'sound-no-output',
    'Sound output could not be started.',
    'Look at the errors: a policy of the page may keep the worklet from it.',
  ],
  [
    (facts) => !hasSpoken(facts) && facts.conversationState === 'idle',
    'warning',
    'sound-nothing-said',
    'Nothing was said yet.',
    'Call speak(), say() or send().',
  ],
  [
    ({ isSpeakingOnPage }) => isSpeakingOnPage,
    'warning',
    'sound-on-page',
    'No motion worker can be started here: the page feeds the sound and computes motion, so that a busy page interrupts speech.',
    "Allow workers: worker-src 'self' in the page's policy, or allow-same-origin in the sandbox.",
  ],
  [
    ({ stats }) => (stats?.stalls ?? 0) > 0,
    'warning',
    'sound-stalled',
    ({ stats }) => `Sound has run dry ${stats?.stalls} times in this speech.`,
    'Hand it over earlier, or in larger pieces.',
  ],
];

const PICTURE: Rule[] = [
  [
    ({ graphics }) => !graphics.hasWebGl2,
    'problem',
    'picture-no-webgl',
    'This browser gives no WebGL 2.',
    'Switch on graphics acceleration in the browser.',
  ],
  [
    ({ element }) => element.width === 0 || element.height === 0,
    'problem',
    'picture-no-size',
    'The element has no size.',
    'Give it a width and a height.',
  ],
  [
    ({ element, avatar }) => !avatar && !element.isVisible,
    'problem',
    'picture-out-of-sight',
    'The avatar is loaded when it is about to be seen.',
    'Scroll to it, or set loading="eager".',
  ],
  [
    ({ avatar, errors }) => !avatar && errors.length > 0,
    'problem',
    'picture-failed',
    ({ errors }) => `There is no picture: ${errors.at(-1)!.message}`,
    'Look at the errors.',
  ],
  [({ avatar }) => !avatar, 'problem', 'picture-loading', 'The avatar is still being loaded.', 'Wait for avatar-ready.'],
  [
    ({ graphics }) => graphics.isSoftware,
    'warning',
    'picture-by-software',
    ({ graphics }) => `The CPU draws in place of a GPU (${graphics.gpu}).`,
    'Switch on graphics acceleration in the browser.',
  ],
  [
    ({ isRenderingOnPage }) => isRenderingOnPage,
    'warning',
    'picture-on-page',
    'No worker can draw here, so that a busy page holds up the face.',
    'Look at the errors: a policy of the page may forbid workers.',
  ],
  [
    ({ renderer }) => renderer.note !== null,
    'warning',
    'picture-not-by-webgpu',
    ({ renderer }) => `WebGL draws, though WebGPU was asked for: ${renderer.note}`,
    'Nothing needs to be done: the picture is the same.',
  ],
  [
    ({ stats }) => (stats?.resolutionScale ?? 1) < 1,
    'warning',
    'picture-fewer-pixels',
    ({ stats }) => `${Math.round(stats!.resolutionScale * 100)} % of width and height are drawn, to keep the frame rate.`,
    'Make the element smaller, or show fewer avatars at once.',
  ],
  [
    ({ stats, element }) => element.isVisible && stats !== null && stats.framesDrawn > 60 && stats.framesPerSecond < 20,
    'warning',
    'picture-slow',
    ({ stats }) => `${Math.round(stats!.framesPerSecond)} pictures a second are drawn.`,
    'Make the element smaller, or show fewer avatars at once.',
  ],
  [
    (facts) => lacks(facts, 'eyeBlinkLeft') && lacks(facts, 'eyeBlinkRight'),
    'warning',
    'picture-no-blink',
    'This avatar has no shape that closes its eyes: it does not blink.',
    'Add eyeBlinkLeft and eyeBlinkRight, or name its shapes with setChannelNames().',
  ],
];

/** Problems first, and of each subject at least one finding. */
export function findingsOf(facts: Facts): Finding[] {
  const { avatar, element, graphics, isRenderingOnPage } = facts;
  const where = isRenderingOnPage ? 'on the page' : 'in a worker';
  const all = [
    ...judge('mouth', MOUTH, facts, `The mouth can move${element.mode === 'local' ? '; this browser makes the motion' : ''}.`),
    ...judge('sound', SOUND, facts, 'Sound can be heard.'),
    ...judge(
      'picture',
      PICTURE,
      facts,
      `${graphics.gpu ?? 'An unknown GPU'} draws ${where}${avatar ? `: ${avatar.triangleCount} triangles` : ''}.`,
    ),
  ];
  const order = ['problem', 'warning', 'ok'];
  return all.sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
}

function judge(subject: Finding['subject'], rules: Rule[], facts: Facts, okWords: string): Finding[] {
  const found = rules
    .filter(([isSo]) => isSo(facts))
    .map(
      ([, severity, code, words, advice]): Finding => ({
        subject,
        severity,
        code,
        words: typeof words === 'string' ? words : words(facts),
        advice,
      }),
    );
  return found.length > 0 ? found : [{ subject, severity: 'ok', code: `${subject}-ok`, words: okWords, advice: '' }];
}
