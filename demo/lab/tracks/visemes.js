import { VISEME_COLOURS } from '../colours.js';
import { VISEMES } from '../motion.js';

/** Runs narrower than this have no label, pixels. */
const MIN_NAMED_WIDTH = 20;
/** Minimum share of the most probable viseme for a label. */
const MIN_NAMED_SHARE = 0.4;

/** Draws the shares of the 15 visemes as stacked bands, labelled with the most probable one. */
export function drawVisemes(context, { width, height, view, colours }, motion) {
  const nameHeight = 16;
  const first = motion.frameAt(view.start);
  const last = motion.frameAt(view.end);
  const step = width / ((view.end - view.start) * motion.frameRate);
  const left = (frame) => (frame - 0.5 - view.start * motion.frameRate) * step;
  for (let frame = first; frame <= last; frame++) {
    let top = height;
    // Silence is the remainder: an empty band.
    for (let i = VISEMES.length - 1; i > 0; i--) {
      const size = motion.visemes[frame * VISEMES.length + i] * (height - nameHeight);
      if (size < 0.3) continue;
      context.fillStyle = VISEME_COLOURS[i];
      context.fillRect(left(frame), top - size, step + 0.6, size);
      top -= size;
    }
  }
  context.font = `600 11px ${colours.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillStyle = colours.ink;
  for (const { index, from, to } of runs(motion, first, last)) {
    const space = (to - from) * step;
    if (index === 0 || space < MIN_NAMED_WIDTH) continue;
    context.fillText(VISEMES[index], left(from) + space / 2, 1);
  }
}

/** Frames `from` .. `to`, exclusive, in which one viseme is the most probable. */
function* runs(motion, first, last) {
  let from = first;
  let index = -1;
  for (let frame = first; frame <= last + 1; frame++) {
    const viseme = frame <= last ? motion.visemeAt(frame) : null;
    const now = viseme && viseme.share >= MIN_NAMED_SHARE ? viseme.index : -1;
    if (now === index) continue;
    if (index >= 0) yield { index, from, to: frame };
    index = now;
    from = frame;
  }
}
