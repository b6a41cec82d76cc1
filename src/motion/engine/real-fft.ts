/**
 * Power spectrum of a real signal whose length is twice a power of four, without allocation.
 *
 * The signal is folded into half as many complex numbers, transformed in place (Cooley & Tukey 1965; two stages of radix 2
 * are done as one of radix 4, which halves the traffic with memory) and unfolded two bins at a time (Sorensen et al. 1987).
 */
export class RealFft {
  private readonly half: number;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  /** Destination of input sample pair `i`. */
  private readonly reversed: Uint16Array;

  /** @param size 8, 32, 128, 512 … 32768. */
  constructor(size: number) {
    const half = size / 2;
    this.half = half;
    this.re = new Float64Array(half);
    this.im = new Float64Array(half);
    this.cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sin = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(half);
    this.reversed = Uint16Array.from({ length: half }, (_, i) => {
      let out = 0;
      for (let bit = 0; bit < bits; bit++) out |= ((i >> bit) & 1) << (bits - 1 - bit);
      return out;
    });
  }

  /**
   * @param input `[size]`
   * @param out `[size / 2 + 1]`, |Σ input[n] e^(−2πi kn / size)|²
   */
  power(input: Float32Array, out: Float32Array): void {
    const { half, re, im, reversed } = this;
    for (let i = 0; i < half; i++) {
      const j = reversed[i];
      re[j] = input[2 * i];
      im[j] = input[2 * i + 1];
    }
    for (let span = 1; span < half; span *= 4) this.stage(span);
    this.unfold(out);
  }

  /** Joins four transforms of length `span` at a time; they lie in bit-reversed order: 0, 2, 1, 3. */
  private stage(span: number): void {
    const { half, re, im, cos, sin } = this;
    // The tables turn once in 2 · half entries.
    const step = half / (2 * span);
    for (let k = 0; k < span; k++) {
      const c1 = cos[k * step];
      const s1 = sin[k * step];
      const c2 = cos[2 * k * step];
      const s2 = sin[2 * k * step];
      const c3 = cos[3 * k * step];
      const s3 = sin[3 * k * step];
      for (let a = k; a < half; a += 4 * span) {
        const b = a + span;
        const c = b + span;
        const d = c + span;
        const bRe = re[b] * c2 + im[b] * s2;
        const bIm = im[b] * c2 - re[b] * s2;
        const cRe = re[c] * c1 + im[c] * s1;
        const cIm = im[c] * c1 - re[c] * s1;
        const dRe = re[d] * c3 + im[d] * s3;
        const dIm = im[d] * c3 - re[d] * s3;
        const sumRe = re[a] + bRe;
        const sumIm = im[a] + bIm;
        const differenceRe = re[a] - bRe;
        const differenceIm = im[a] - bIm;
        const otherSumRe = cRe + dRe;
        const otherSumIm = cIm + dIm;
        const otherDifferenceRe = cRe - dRe;
        const otherDifferenceIm = cIm - dIm;
        re[a] = sumRe + otherSumRe;
        im[a] = sumIm + otherSumIm;
        re[b] = differenceRe + otherDifferenceIm;
        im[b] = differenceIm - otherDifferenceRe;
        re[c] = sumRe - otherSumRe;
        im[c] = sumIm - otherSumIm;
        re[d] = differenceRe - otherDifferenceIm;
        im[d] = differenceIm + otherDifferenceRe;
      }
    }
  }

  /** Z → |X|²: X[k] = E + wO and X[half − k] = conj(E − wO), E and O the transforms of even and odd samples, w = e^(−2πi k / size). */
  private unfold(out: Float32Array): void {
    const { half, re, im, cos, sin } = this;
    out[0] = (re[0] + im[0]) ** 2;
    out[half] = (re[0] - im[0]) ** 2;
    for (let k = 1; k <= half / 2; k++) {
      const mirror = half - k;
      const evenRe = (re[k] + re[mirror]) / 2;
      const evenIm = (im[k] - im[mirror]) / 2;
      const oddRe = (im[k] + im[mirror]) / 2;
      const oddIm = (re[mirror] - re[k]) / 2;
      const turnedRe = oddRe * cos[k] + oddIm * sin[k];
      const turnedIm = oddIm * cos[k] - oddRe * sin[k];
      out[k] = (evenRe + turnedRe) ** 2 + (evenIm + turnedIm) ** 2;
      out[mirror] = (evenRe - turnedRe) ** 2 + (evenIm - turnedIm) ** 2;
    }
  }
}
