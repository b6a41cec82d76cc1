/**
 * Rows above a common time axis: draws the visible range, follows the playhead and reports pointer positions.
 *
 * Canvases are drawn when the view changes; the playhead is a separate element that only moves.
 */

const MIN_VIEW_SECONDS = 0.4;
const FRAME_SECONDS = 0.02;
/** During playback the view advances when the playhead reaches this fraction of it. */
const TURN_AT = 0.92;
const TURN_TO = 0.06;

export class Timeline {
  #root;
  #playhead;
  #tracks;
  #colours = null;
  #duration = 0;
  #time = 0;
  #view = { start: 0, end: 1 };

  /**
   * @param {HTMLElement} root Holds the canvases and the playhead; takes focus and keys as a slider.
   * @param {{canvas: HTMLCanvasElement, draw: Function}[]} tracks `draw(context, {width, height, view, colours})`, CSS pixels.
   */
  constructor(root, playhead, tracks, { onSeek, onToggle, onView, readColours }) {
    this.#root = root;
    this.#playhead = playhead;
    this.#tracks = tracks;
    this.onSeek = onSeek;
    this.onToggle = onToggle;
    this.onView = onView;
    this.readColours = readColours;
    new ResizeObserver(() => this.draw()).observe(root);
    this.#listen();
  }

  get view() {
    return this.#view;
  }

  /** Shows a new clip from its start. */
  setDuration(seconds) {
    this.#duration = seconds;
    this.#root.setAttribute('aria-valuemax', seconds.toFixed(2));
    this.#show(0, Math.min(seconds, this.#width() < 600 ? 2.5 : 5));
  }

  /** @param {boolean} isFollowed Whether the view follows the playhead. */
  setTime(seconds, isFollowed) {
    this.#time = seconds;
    const { start, end } = this.#view;
    const length = end - start;
    const isPast = seconds > start + length * TURN_AT && end < this.#duration;
    if (isFollowed && (seconds < start || isPast)) this.#show(seconds - length * TURN_TO, length);
    this.#placePlayhead();
  }

  zoom(factor) {
    const length = (this.#view.end - this.#view.start) * factor;
    const isInView = this.#time >= this.#view.start && this.#time <= this.#view.end;
    const middle = isInView ? this.#time : (this.#view.start + this.#view.end) / 2;
    const share = (middle - this.#view.start) / (this.#view.end - this.#view.start);
    this.#show(middle - Math.min(length, this.#duration) * share, length);
  }

  /** Redraws everything, for another clip, style or theme. */
  draw() {
    if (this.#duration === 0) return;
    this.#colours ??= this.readColours();
    const density = Math.min(2, devicePixelRatio);
    for (const { canvas, draw } of this.#tracks) {
      const width = canvas.clientWidth;
      const height = canvas.clientHeight;
      if (width === 0) continue;
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      const context = canvas.getContext('2d');
      context.scale(density, density);
      draw(context, { width, height, view: this.#view, colours: this.#colours });
    }
    this.#placePlayhead();
  }

  /** Call it after a change of theme. */
  recolour() {
    this.#colours = null;
    this.draw();
  }

  #width() {
    return this.#tracks[0].canvas.clientWidth;
  }

  #show(start, length) {
    const size = Math.min(this.#duration, Math.max(MIN_VIEW_SECONDS, length));
    const from = Math.max(0, Math.min(this.#duration - size, start));
    this.#view = { start: from, end: from + size };
    this.onView(this.#view);
    this.draw();
  }

  #placePlayhead() {
    const { canvas } = this.#tracks[0];
    const { start, end } = this.#view;
    const share = (this.#time - start) / (end - start);
    this.#playhead.hidden = share < 0 || share > 1;
    this.#playhead.style.transform = `translateX(${canvas.offsetLeft + share * canvas.clientWidth}px)`;
    this.#root.setAttribute('aria-valuenow', this.#time.toFixed(2));
    this.#root.setAttribute('aria-valuetext', `${this.#time.toFixed(2)} seconds`);
  }

  #secondsAt(clientX) {
    const { left, width } = this.#tracks[0].canvas.getBoundingClientRect();
    const { start, end } = this.#view;
    const share = Math.max(0, Math.min(1, (clientX - left) / width));
    return start + share * (end - start);
  }

  #seek(seconds) {
    this.onSeek(Math.max(0, Math.min(this.#duration, seconds)));
  }

  #listen() {
    const root = this.#root;
    root.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      root.setPointerCapture(event.pointerId);
      this.#seek(this.#secondsAt(event.clientX));
    });
    root.addEventListener('pointermove', (event) => {
      if (root.hasPointerCapture(event.pointerId)) this.#seek(this.#secondsAt(event.clientX));
    });
    root.addEventListener(
      'wheel',
      (event) => {
        const length = this.#view.end - this.#view.start;
        if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(event.deltaY / 300));
        else if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
          this.#show(this.#view.start + (event.deltaX / this.#width()) * length, length);
        else return;
        event.preventDefault();
      },
      { passive: false },
    );
    root.addEventListener('keydown', (event) => {
      const step = event.shiftKey ? 0.1 : FRAME_SECONDS;
      const moves = {
        ArrowLeft: () => this.#step(-step),
        ArrowRight: () => this.#step(step),
        ArrowDown: () => this.#step(-step),
        ArrowUp: () => this.#step(step),
        PageDown: () => this.#step(-1),
        PageUp: () => this.#step(1),
        Home: () => this.#step(-Infinity),
        End: () => this.#step(Infinity),
        '+': () => this.zoom(0.6),
        '-': () => this.zoom(1 / 0.6),
        ' ': () => this.onToggle(),
      };
      if (!moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    });
  }

  #step(seconds) {
    this.#seek(this.#time + seconds);
    this.setTime(this.#time, true);
  }
}
