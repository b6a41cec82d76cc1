/**
 * Several server processes behind one port, one for each core: connections are handed out in turn, and nothing is shared
 * but the keys. A process that dies is replaced; its sessions are lost, the others notice nothing.
 */
import cluster, { type Worker } from 'node:cluster';

import { AvatarError, ErrorCode } from '../shared/errors.js';

/** Whether this is one of the processes that serve. */
export function isServingProcess(): boolean {
  return cluster.isWorker;
}

/** Tells the first process where this one listens. */
export function reportUrl(url: string): void {
  process.send?.({ url });
}

/**
 * Starts this program again `count` times, as serving processes.
 *
 * @param env Added to their environment.
 * @returns The URL they all listen on, and a way to end them in order.
 * @throws {AvatarError} `invalidConfiguration` when one ends before it listens; it has said why on its own.
 */
export async function startProcesses(count: number, env: Record<string, string>): Promise<{ url: string; close(): Promise<void> }> {
  let isClosing = false;
  const start = (): Promise<string> => {
    const worker = cluster.fork(env);
    return new Promise((resolve, reject) => {
      let isListening = false;
      worker.on('message', (message: { url: string }) => {
        isListening = true;
        resolve(message.url);
      });
      worker.once('exit', () => {
        if (!isListening) reject(new AvatarError(ErrorCode.invalidConfiguration, 'a server process could not start'));
        // A replacement that cannot start is given up: that would go on for ever.
        else if (!isClosing) void start().catch(() => {});
      });
    });
  };
  const close = async (): Promise<void> => {
    isClosing = true;
    await Promise.all(Object.values(cluster.workers ?? {}).map(endWorker));
  };
  try {
    const urls = await Promise.all(Array.from({ length: count }, start));
    return { url: urls[0]!, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function endWorker(worker: Worker | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (!worker || worker.isDead()) return resolve();
    worker.once('exit', () => resolve());
    worker.process.kill('SIGTERM');
  });
}
