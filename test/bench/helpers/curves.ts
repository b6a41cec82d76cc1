/** Comparing two curves of one mouth. */

/** Pearson's r. */
export function correlation(one: Float32Array, other: Float32Array): number {
  const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const oneMean = mean(one);
  const otherMean = mean(other);
  let product = 0;
  let oneSquares = 0;
  let otherSquares = 0;
  for (let i = 0; i < one.length; i++) {
    const x = one[i] - oneMean;
    const y = other[i] - otherMean;
    product += x * y;
    oneSquares += x * x;
    otherSquares += y * y;
  }
  return product / Math.sqrt(oneSquares * otherSquares);
}

const CLOSED = 0.5;
/** Longer ones are pauses with closed lips. */
const LONGEST_CLOSURE_SECONDS = 0.3;
const TOLERANCE_SECONDS = 0.04;

/**
 * Lip closures of one curve against those of another: a closure is found when the middle of one lies within 40 ms of it.
 *
 * @param found Weight of pressed lips, 0..1, per frame.
 */
export function closuresF1(found: Float32Array, wanted: Float32Array, frameRate: number) {
  const reference = closures(wanted, frameRate).filter(([from, to]) => to - from < LONGEST_CLOSURE_SECONDS);
  const candidates = closures(found, frameRate);
  const open = new Set(candidates);
  let hits = 0;
  for (const [from, to] of reference) {
    const hit = [...open].find(([start, end]) => {
      const middle = (start + end) / 2;
      return middle >= from - TOLERANCE_SECONDS && middle <= to + TOLERANCE_SECONDS;
    });
    if (!hit) continue;
    open.delete(hit);
    hits++;
  }
  const precision = hits / Math.max(1, candidates.length);
  const recall = hits / Math.max(1, reference.length);
  return { precision, recall, f1: (2 * hits) / Math.max(1, candidates.length + reference.length), count: reference.length };
}

function closures(curve: Float32Array, frameRate: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < curve.length; i++) {
    if (curve[i] < CLOSED) continue;
    const last = found.at(-1);
    if (last && last[1] === i / frameRate) last[1] = (i + 1) / frameRate;
    else found.push([i / frameRate, (i + 1) / frameRate]);
  }
  return found;
}
