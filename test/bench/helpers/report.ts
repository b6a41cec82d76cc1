/** Figures on a terminal: a title, then one line per measure with its target beside it. Nothing here judges. */

export function title(text: string): void {
  console.log(`\n${text}`);
}

/**
 * @param value A number with its unit, or a sentence when it could not be measured.
 * @param target What DESIGN aims at, if it names one.
 */
export function figure(name: string, value: string, target = ''): void {
  console.log(`  ${name.padEnd(58)} ${value.padStart(16)}${target ? `   target ${target}` : ''}`);
}

/** Value below which the share `q` (0..1) of the sorted values lies; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length > 0 ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function milliseconds(value: number, digits = 0): string {
  return Number.isFinite(value) ? `${value.toFixed(digits)} ms` : 'none';
}
