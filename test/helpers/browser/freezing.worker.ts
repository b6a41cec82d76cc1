/** A worker that answers heartbeats until it runs a script that never ends; as a loader of files it never ends either. */
import { expose } from 'comlink';
import { answerHeartbeats } from '../../../src/workers/heartbeat.js';

answerHeartbeats(self);
expose({
  prepareFile(_: unknown, { handleDownloaded }: { handleDownloaded(): void }) {
    handleDownloaded();
    return new Promise(() => setTimeout(freeze, 50));
  },
  answer: () => 'alive',
  freeze,
});

function freeze(): never {
  for (;;);
}
