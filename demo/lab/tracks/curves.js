import { CHANNEL_INDEX as C } from '../motion.js';

/** Rows of curves: up to three channels in one scale, with a label for each. */
export const CURVES = [
  { name: 'Jaw', channels: ['jawOpen', 'mouthClose'], words: ['open', 'close'], max: 0.8 },
  { name: 'Round', channels: ['mouthFunnel', 'mouthPucker'], words: ['funnel', 'pucker'], max: 0.8 },
  { name: 'Press', channels: ['mouthPressLeft', 'mouthPressRight'], words: ['left', 'right'], max: 1 },
  { name: 'Roll', channels: ['mouthRollLower', 'mouthRollUpper'], words: ['lower', 'upper'], max: 0.8 },
  { name: 'Corners', channels: ['mouthStretchLeft', 'mouthSmileLeft'], words: ['stretch', 'smile'], max: 0.6 },
  { name: 'Lips apart', channels: ['mouthLowerDownLeft', 'mouthUpperUpLeft'], words: ['lower', 'upper'], max: 0.6 },
  { name: 'Brows', channels: ['browInnerUp', 'browOuterUpLeft', 'browDownLeft'], words: ['inner', 'outer', 'down'], max: 0.6 },
  { name: 'Lids', channels: ['eyeBlinkLeft', 'eyeSquintLeft'], words: ['blink', 'squint'], max: 1 },
  { name: 'Head', channels: ['headPitch', 'headYaw', 'headRoll'], words: ['pitch', 'yaw', 'roll'], max: 0.15, isSigned: true },
];

/** Draws one row; `other`, drawn dotted, is the same speech in another style. */
export function drawCurve(context, { width, height, view, colours }, { channels, max, isSigned }, motion, other) {
  const inks = [colours.accent, colours.second, colours.soft];
  const base = isSigned ? height / 2 : height - 1.5;
  const scale = (isSigned ? height / 2 - 2 : height - 4) / max;
  context.fillStyle = colours.line;
  context.fillRect(0, Math.round(base), width, 1);
  channels.forEach((name, row) => {
    const trace = (source) => {
      context.beginPath();
      for (let frame = source.frameAt(view.start) - 1; frame <= source.frameAt(view.end) + 1; frame++) {
        if (frame < 0 || frame >= source.frameCount) continue;
        const x = ((frame / source.frameRate - view.start) / (view.end - view.start)) * width;
        context.lineTo(x, base - source.value(frame, C[name]) * scale);
      }
    };
    context.strokeStyle = inks[row];
    context.lineWidth = 1.6;
    context.lineJoin = 'round';
    context.setLineDash([]);
    trace(motion);
    context.stroke();
    if (!isSigned && row === 0) fillBelow(context, inks[row], view, width, base, motion);
    if (!other) return;
    context.setLineDash([2, 3]);
    trace(other);
    context.stroke();
  });
}

function fillBelow(context, ink, view, width, base, motion) {
  const xOf = (frame) => ((frame / motion.frameRate - view.start) / (view.end - view.start)) * width;
  context.lineTo(Math.min(width, xOf(motion.frameCount - 1)), base);
  context.lineTo(Math.max(0, xOf(0)), base);
  context.globalAlpha = 0.14;
  context.fillStyle = ink;
  context.fill();
  context.globalAlpha = 1;
}
