/** Draws the spectrum over time, 0 to 8 kHz upwards: the image is created once per theme and scaled to the view. */
export class Spectrogram {
  #spectrum = null;
  #picture = null;
  #key = '';

  show(spectrum) {
    this.#spectrum = spectrum;
    this.#picture = null;
  }

  draw(context, { width, height, view, colours }) {
    if (!this.#spectrum) return;
    const { hopSeconds } = this.#spectrum;
    if (!this.#picture || this.#key !== colours.ink) {
      this.#picture = paint(this.#spectrum, channelsOf(colours.ink), channelsOf(colours.accent));
      this.#key = colours.ink;
    }
    const from = view.start / hopSeconds;
    const columns = (view.end - view.start) / hopSeconds;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#picture, from, 0, columns, this.#picture.height, 0, 0, width, height);
  }
}

/** From transparent (quiet) through the accent colour to the text colour (loud). */
function paint({ columns, bins, levels }, ink, accent) {
  const canvas = new OffscreenCanvas(columns, bins);
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, bins);
  for (let column = 0; column < columns; column++) {
    for (let bin = 0; bin < bins; bin++) {
      const level = levels[column * bins + bin] / 255;
      const share = Math.max(0, level * 2 - 1);
      const at = ((bins - 1 - bin) * columns + column) * 4;
      for (let i = 0; i < 3; i++) image.data[at + i] = accent[i] * (1 - share) + ink[i] * share;
      image.data[at + 3] = 255 * Math.min(1, level * 1.6) ** 1.3;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function channelsOf(colour) {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
