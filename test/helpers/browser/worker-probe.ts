/** In a frame: starts the motion worker whose URL stands after the # and tells the parent whether it computes motion. */
import { acquireWorkers } from '../../../src/workers/spawn.js';
import { SessionProbe, voice } from './session-probe.js';
import { WORKER_FILES, workerAt } from './worker-files.js';

async function probe(): Promise<string> {
  const workers = acquireWorkers({ ...WORKER_FILES, motion: workerAt(location.hash.slice(1)) });
  const session = await SessionProbe.open(
    workers.motion,
    { kind: 'engine' },
    'audio-independent',
    new URL('../models/mouth.bin', location.hash.slice(1)).href,
  );
  session.session.append(1, voice(0.5), 16000, true);
  await session.until(() => session.isMotionFinished(1));
  workers.release();
  return 'moves';
}

parent.postMessage(await probe().catch((reason: unknown) => String(reason)), '*');
