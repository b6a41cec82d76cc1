/** Waveform of the whole clip with a window for the visible part of the timeline; pointing seeks. */
import { drawWaveform } from './tracks/waveform.js';

export class Overview {
  #canvas;
  #frame;
  #duration = 0;

  /**
   * @param {HTMLElement} root Holds a canvas and an element for the window.
   * @param {{onSeek: (seconds: number) => void, readColours: () => object}} page
   */
  constructor(root, { onSeek, readColours }) {
    this.#canvas = root.querySelector('canvas');
    this.#frame = root.querySelector('i');
    this.readColours = readColours;
    const seek = ({ clientX }) => {
      const { left, width } = root.getBoundingClientRect();
      onSeek(Math.max(0, Math.min(1, (clientX - left) / width)) * this.#duration);
    };
    root.addEventListener('pointerdown', (event) => {
      root.setPointerCapture(event.pointerId);
      seek(event);
    });
    root.addEventListener('pointermove', (event) => root.hasPointerCapture(event.pointerId) && seek(event));
  }

  /** @param {object | null} clip */
  draw(clip) {
    if (!clip) return;
    this.#duration = clip.duration;
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const density = Math.min(2, devicePixelRatio);
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext('2d');
    context.scale(density, density);
    const { soft } = this.readColours();
    drawWaveform(context, { width, height, view: { start: 0, end: clip.duration }, colours: { accent: soft } }, clip);
  }

  /** Visible range of the timeline, s. */
  showView({ start, end }) {
    if (this.#duration === 0) return;
    this.#frame.style.insetInlineStart = `${(start / this.#duration) * 100}%`;
    this.#frame.style.inlineSize = `${((end - start) / this.#duration) * 100}%`;
  }
}
