/** Rows of the timeline: title, height and drawing function. */
import { readColours, VISEME_COLOURS } from './colours.js';
import { CHANNEL_INDEX, VISEMES } from './motion.js';
import { CURVES, drawCurve } from './tracks/curves.js';
import { drawRuler } from './tracks/ruler.js';
import { Spectrogram } from './tracks/spectrogram.js';
import { drawVisemes } from './tracks/visemes.js';
import { drawWaveform } from './tracks/waveform.js';

export { readColours };

/**
 * Fills the timeline with rows.
 *
 * @param {HTMLElement} root
 * @param {{clip: object, motion: object, other: object}} shown Data of the rows; each may be null.
 */
export function createRows(root, shown) {
  const spectrogram = new Spectrogram();
  const needs = (part, draw) => (context, area) => shown[part] && draw(context, area);
  const rows = [
    { name: '', height: 18, className: 'ruler', draw: drawRuler },
    { name: 'Sound', height: 56, draw: needs('clip', (context, area) => drawWaveform(context, area, shown.clip)) },
    { name: 'Spectrum', words: ['0–8 kHz'], height: 96, draw: (context, area) => spectrogram.draw(context, area) },
    { name: 'Visemes', height: 64, draw: needs('motion', (context, area) => drawVisemes(context, area, shown.motion)) },
    ...CURVES.map((curve) => ({
      name: curve.name,
      words: curve.words,
      height: 40,
      channel: CHANNEL_INDEX[curve.channels[0]],
      draw: needs('motion', (context, area) => drawCurve(context, area, curve, shown.motion, shown.other)),
    })),
  ];
  const tracks = rows.map((row) => addRow(root, row));
  return {
    tracks,
    showSpectrum: (spectrum) => spectrogram.show(spectrum),
    /** Writes the values at a time beside the curves. */
    showValues(motion, frame) {
      for (const { channel, output } of tracks) {
        if (channel === undefined) continue;
        // Rounded first to avoid -0.00.
        const text = (Math.round(motion.value(frame, channel) * 100) / 100 + 0).toFixed(2);
        if (output.textContent !== text) output.textContent = text;
      }
    },
  };
}

function addRow(root, { name, words = [], height, className = '', channel, draw }) {
  const row = document.createElement('div');
  row.className = `track ${className}`;
  row.style.setProperty('--track-height', `${height}px`);
  const label = document.createElement('b');
  label.textContent = name;
  const small = document.createElement('small');
  // Same order and colours as the curves.
  for (const word of words) small.append(Object.assign(document.createElement('span'), { textContent: word }), ' ');
  label.append(small);
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  const output = document.createElement('output');
  row.append(label, canvas, output);
  root.append(row);
  return { canvas, draw, channel, output };
}

/** Names and colours of the visemes. */
export function showLegend(list) {
  VISEMES.forEach((name, index) => {
    const item = document.createElement('li');
    const swatch = document.createElement('i');
    swatch.style.background = VISEME_COLOURS[index];
    item.append(swatch, name);
    list.append(item);
  });
}
