/**
 * The motion engine in a worker: analyses a whole clip and exports its motion.
 *
 *     → {id, task: 'hear', voice, rateHz}           ← {id, motion, spectrum}
 *     → {id, task: 'style', expression}             ← {id, values}          of the current clip
 *     → {id, task: 'export', format, expression}    ← {id, file}            'json', 'csv' or 'glb'
 */
import {
  animateGlb,
  expressionFrom,
  LiveLinkCsvWriter,
  loadMouthModel,
  MotionEngine,
  MotionJsonWriter,
  MotionStyler,
} from '/dist/engine/index.js';
import { spectrum } from './spectrum.js';

const AVATAR_URL = '/dist/avatars/aria.glb';
let heard = null;

const tasks = {
  async hear({ voice, rateHz }) {
    await loadMouthModel();
    const engine = new MotionEngine({ sampleRateHz: rateHz, withVisemes: true });
    const parts = [engine.push(voice), engine.finish()].filter(Boolean);
    heard = {
      frameRate: parts[0].frameRate,
      startFrame: 0,
      frameCount: parts.reduce((sum, part) => sum + part.frameCount, 0),
      values: joined(parts.map(({ values }) => values)),
      visemes: joined(parts.map(({ visemes }) => visemes)),
    };
    return { motion: heard, spectrum: spectrum(voice, rateHz) };
  },
  style({ expression }) {
    return { values: styled(expression) };
  },
  async export({ format, expression }) {
    const motion = { ...heard, values: styled(expression) };
    if (format === 'glb') {
      const avatar = new Uint8Array(await (await fetch(AVATAR_URL)).arrayBuffer());
      return { file: new Blob([animateGlb(avatar, motion.values, motion.frameRate)], { type: 'model/gltf-binary' }) };
    }
    const writer = format === 'csv' ? new LiveLinkCsvWriter(motion.frameRate) : new MotionJsonWriter(motion.frameRate);
    const text = [writer.begin(), writer.add(motion), ...writer.end()];
    return { file: new Blob(text, { type: format === 'csv' ? 'text/csv' : 'application/json' }) };
  },
};

/** Motion of the clip in another style: `[frameCount, 58]`. */
function styled(wanted) {
  const styler = MotionStyler.for(expressionFrom(wanted));
  if (!styler) return heard.values.slice();
  return joined([styler.push(heard), styler.finish()].filter(Boolean).map(({ values }) => values));
}

function joined(parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

addEventListener('message', async ({ data: { id, task, ...wanted } }) => {
  try {
    postMessage({ id, ...(await tasks[task](wanted)) });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
});
