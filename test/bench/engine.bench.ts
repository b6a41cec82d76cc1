/** The motion engine by itself, in Node on one core: CPU time against audio time. */
import { ENGINE_LOOKAHEAD_SECONDS, MotionEngine } from '../../src/motion/engine/motion-engine.js';
import { figure, milliseconds, title } from './helpers/report.js';

/** Long enough for the compiler to have finished with it. */
const WARM_UP_SECONDS = 60;
const SECONDS = 300;
/** What a socket or a worklet hands over at a time. */
const CHUNK_SECONDS = 0.04;

title('Motion engine in Node, one core');
for (const rateHz of [16_000, 48_000]) {
  speakThrough(rateHz, WARM_UP_SECONDS);
  const cpuSeconds = speakThrough(rateHz, SECONDS);
  figure(`audio at ${rateHz} Hz in chunks of 40 ms: speed`, `${Math.round(SECONDS / cpuSeconds)} × real time`, '≥ 200 ×');
}
figure('look-ahead: audio needed beyond a frame', milliseconds(ENGINE_LOOKAHEAD_SECONDS * 1000), '≤ 120 ms');

/** CPU seconds that a stretch of speech-like sound takes. */
function speakThrough(rateHz: number, seconds: number): number {
  const chunk = new Int16Array(rateHz * CHUNK_SECONDS);
  const engine = new MotionEngine({ sampleRateHz: rateHz });
  let spent = 0;
  for (let start = 0; start < rateHz * seconds; start += chunk.length) {
    for (let i = 0; i < chunk.length; i++) {
      const time = (start + i) / rateHz;
      // A buzz of 120 Hz in syllables of 200 ms, and a little breath.
      chunk[i] = ((time * 120) % 1 < 0.1 ? 9000 : -1000) * Math.max(0, Math.sin(time * 5 * Math.PI)) + Math.random() * 100;
    }
    const before = process.cpuUsage();
    engine.push(chunk);
    const { user, system } = process.cpuUsage(before);
    spent += (user + system) / 1e6;
  }
  return spent;
}
