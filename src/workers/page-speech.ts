/** Computes motion on the page where no worker can be started; loaded only then. */
import type { WorkerFile } from './worker-host.js';

/** The worker's file as a module of the page, at the other end of a channel, which is called as a worker is. */
export async function motionOfPage(file: WorkerFile): Promise<Worker> {
  const { serveMotion } = await import(/* @vite-ignore */ /* webpackIgnore: true */ await file.locate());
  const { port1, port2 } = new MessageChannel();
  serveMotion(port2);
  return Object.assign(port1, { terminate: () => port1.close() }) as unknown as Worker;
}
