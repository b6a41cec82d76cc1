const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

// The one global beyond plain ES that this folder uses; Node, pages, workers and edge runtimes all have it.
declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array };

/** An id as the Spatius system makes them: `YYYYMMDDHHMMSS_` (UTC) and 12 random url-safe characters. */
export function createLogId(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const random = crypto.getRandomValues(new Uint8Array(12));
  let suffix = '';
  for (const byte of random) suffix += URL_SAFE[byte & 63];
  return `${stamp}_${suffix}`;
}
