/** The packaged server as a process of its own. */
import { ServedProcess } from './served-process.js';

export class ServedDemo extends ServedProcess {
  constructor(env: Record<string, string> = {}) {
    super((port) => ({ args: ['dist/server/cli.js', 'serve', '--port', String(port)], env }));
  }
}
