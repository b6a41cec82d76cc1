/**
 * One sentence of five minutes: is the face where the sound is at its end as at its beginning? Runs only when it is asked
 * for: `npm run bench -- soak`; `SOAK_MINUTES` sets another length.
 */
import type { SpatiusAvatar } from '../../src/element/spatius-avatar.js';
import type { Stage } from '../../src/shared/contracts/stage.js';
import { lostSoundMs, skewsOf } from './helpers/evidence.js';
import { figure, median, milliseconds, quantile, title } from './helpers/report.js';
import { type Evidence, openTalkingPage } from './helpers/talking-page.js';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 5);
const WINDOW_SECONDS = 20;

declare const evidence: Evidence;

const { page, close } = await openTalkingPage();
try {
  title(`A/V sync over ${MINUTES} minutes of speech, against the output clock of the audio context`);
  const { round, begin, end } = await page.evaluate(speakLong, { seconds: MINUTES * 60, windowSeconds: WINDOW_SECONDS });
  const first = skewsOf(begin, round);
  const last = skewsOf(end, round);
  const middle = median(first);
  const deviation = (skews: number[]) =>
    quantile(
      skews.map((skew) => Math.abs(skew - middle)),
      0.95,
    );
  figure(`p95 of the deviation, first ${WINDOW_SECONDS} s`, milliseconds(deviation(first), 1), '≤ 20 ms');
  figure(`p95 of the deviation from the same median, last ${WINDOW_SECONDS} s`, milliseconds(deviation(last), 1), '≤ 20 ms');
  figure('drift of the median', milliseconds(median(last) - middle, 1));
  figure('sound lost', milliseconds(lostSoundMs(end.states, round)), '0 ms');
} finally {
  await close();
}

/** Says the sample clip again and again as one conversation; the evidence of its first and its last seconds. */
async function speakLong({
  seconds,
  windowSeconds,
}: {
  seconds: number;
  windowSeconds: number;
}): Promise<{ round: number; begin: Evidence; end: Evidence }> {
  const element: SpatiusAvatar = document.querySelector('spatius-avatar')!;
  const stage = (element as unknown as { lifecycle: { avatar: { openedStage: Stage } } }).lifecycle.avatar.openedStage;
  const clips = (await (await fetch('/speech/index.json')).json()) as { file: string }[];
  const encoded = await (await fetch(`/speech/${clips[0].file}`)).arrayBuffer();
  const decoded = (await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(encoded)).getChannelData(0);
  const clip = Int16Array.from(decoded, (sample) => sample * 32767);
  const collect = async (): Promise<Evidence> => {
    const since = performance.timeOrigin + performance.now() - windowSeconds * 1000;
    const trace = (await stage.takeTrace()).filter(({ epochMs }) => epochMs >= since);
    return { trace, states: [...evidence.states], clock: evidence.clock.filter(({ epochMs }) => epochMs >= since) };
  };
  await element.start();
  stage.setTracing(true);
  for (let said = 0; said < seconds; said += clip.length / 16_000) element.send(clip.slice(), said + clip.length / 16_000 >= seconds);
  await new Promise((resolve) => setTimeout(resolve, windowSeconds * 1000));
  const begin = await collect();
  while (!evidence.states.some(({ state }) => state === 'ended')) await new Promise((resolve) => setTimeout(resolve, 100));
  const end = await collect();
  return { round: end.states[end.states.length - 1].round, begin, end };
}
