/**
 * Spectrum of a real signal whose length is a power of two, without allocation.
 *
 * The signal is folded into half as many complex numbers, transformed in place (Cooley & Tukey 1965, radix 2) and
 * unfolded (Sorensen et al. 1987).
 */
export class RealFft {
  readonly size: number;
  private readonly half: number;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly reversed: Uint16Array;

  /** @param size A power of two, 4..65536. */
  constructor(size: number) {
    this.size = size;
    this.half = size / 2;
    this.re = new Float64Array(this.half);
    this.im = new Float64Array(this.half);
    this.cos = Float64Array.from({ length: this.half }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sin = Float64Array.from({ length: this.half }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(this.half);
    this.reversed = Uint16Array.from({ length: this.half }, (_, i) => {
      let out = 0;
      for (let bit = 0; bit < bits; bit++) out |= ((i >> bit) & 1) << (bits - 1 - bit);
      return out;
    });
  }

  /**
   * @param input `[size]`
   * @param outRe `[size / 2 + 1]`, real part of Σ input[n] e^(−2πi kn / size)
   * @param outIm `[size / 2 + 1]`, imaginary part
   */
  transform(input: Float32Array, outRe: Float32Array, outIm: Float32Array): void {
    const { half, re, im, cos, sin, reversed } = this;
    for (let i = 0; i < half; i++) {
      const j = reversed[i]!;
      re[j] = input[2 * i]!;
      im[j] = input[2 * i + 1]!;
    }
    for (let span = 1; span < half; span *= 2) {
      // Twiddles of the half-size transform are every other entry of the tables.
      const stride = half / span;
      for (let k = 0; k < span; k++) {
        const c = cos[k * stride]!;
        const s = sin[k * stride]!;
        for (let a = k; a < half; a += 2 * span) {
          const b = a + span;
          const tRe = re[b]! * c + im[b]! * s;
          const tIm = im[b]! * c - re[b]! * s;
          re[b] = re[a]! - tRe;
          im[b] = im[a]! - tIm;
          re[a]! += tRe;
          im[a]! += tIm;
        }
      }
    }
    for (let k = 0; k <= half; k++) {
      const a = k % half;
      const b = (half - k) % half;
      const evenRe = (re[a]! + re[b]!) / 2;
      const evenIm = (im[a]! - im[b]!) / 2;
      const oddRe = (im[a]! + im[b]!) / 2;
      const oddIm = (re[b]! - re[a]!) / 2;
      const c = k === half ? -1 : cos[k]!;
      const s = k === half ? 0 : sin[k]!;
      outRe[k] = evenRe + oddRe * c + oddIm * s;
      outIm[k] = evenIm + oddIm * c - oddRe * s;
    }
  }
}
