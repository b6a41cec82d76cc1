/** A worker that answers once and dies of the next message. */
import { expose } from 'comlink';

expose({
  name: 'dying',
  createSession() {
    setTimeout(() => {
      throw new Error('dead');
    }, 10);
    return new Promise(() => undefined);
  },
});
