const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];
const MIN_STEP_PIXELS = 56;

/** Draws the time axis, s. */
export function drawRuler(context, { width, height, view, colours }) {
  const perSecond = width / (view.end - view.start);
  const step = STEPS.find((seconds) => seconds * perSecond >= MIN_STEP_PIXELS) ?? STEPS.at(-1);
  context.font = `11px ${colours.font}`;
  context.textBaseline = 'top';
  for (let tick = Math.ceil(view.start / step); tick * step <= view.end; tick++) {
    const x = (tick * step - view.start) * perSecond;
    context.fillStyle = colours.line;
    context.fillRect(x, 0, 1, height);
    context.fillStyle = colours.soft;
    context.fillText(`${Number((tick * step).toFixed(2))} s`, x + 4, 2);
  }
}
