/**
 * Starting workers, apart from the code that talks to them: the script that defines the element starts the render worker while the
 * rest of the page's code is still being loaded.
 */
import { trustedScriptUrl } from './trusted-script-url.js';

/** Some engines take a moment to read a Blob after the worker was constructed, ms. */
const REVOKE_AFTER_MS = 30_000;

/** A worker without a client yet. */
interface EarlyWorker {
  readonly worker: Worker;
  hasFailed: boolean;
}

const earlyWorkers = new Map<string, EarlyWorker>();

/**
 * Starts a worker from a file. Browsers forbid workers of another origin: a Blob that imports the file takes its place, which needs
 * that origin in the policy's `worker-src`.
 *
 * @param name Shown by developer tools.
 */
export function startWorker(url: URL, name: string): Worker {
  if (url.origin === origin || url.protocol === 'blob:') return moduleWorker(url.href, name);
  return startInlineWorker(`import ${JSON.stringify(url.href)};`, name);
}

/** Starts a worker from its code. */
export function startInlineWorker(code: string, name: string): Worker {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  try {
    return moduleWorker(url, name);
  } finally {
    setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
  }
}

/** Starts the worker that `takeEarlyWorker` hands over later. Does nothing when there is one, or where it cannot be started. */
export function startWorkerEarly(url: URL, name: string): void {
  if (earlyWorkers.has(url.href)) return;
  try {
    const early: EarlyWorker = { worker: startWorker(url, name), hasFailed: false };
    early.worker.addEventListener('error', () => (early.hasFailed = true), { once: true });
    earlyWorkers.set(url.href, early);
  } catch {
    // The client starts one itself, and reports why that fails.
  }
}

/** The worker that was started early from this file, once; null when there is none or it has failed. */
export function takeEarlyWorker(url: URL): Worker | null {
  const early = earlyWorkers.get(url.href);
  earlyWorkers.delete(url.href);
  return early && !early.hasFailed ? early.worker : null;
}

/** Ends the workers that were not taken. */
export function endEarlyWorkers(): void {
  for (const { worker } of earlyWorkers.values()) worker.terminate();
  earlyWorkers.clear();
}

function moduleWorker(url: string, name: string): Worker {
  return new Worker(trustedScriptUrl(url), { type: 'module', name });
}
