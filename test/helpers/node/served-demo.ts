/** The packaged server as a process of its own, which can be killed and started again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process';

export class ServedDemo {
  private process: ChildProcess | null = null;
  private port = 0;

  /** `http://127.0.0.1:<port>`, the same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['dist/server/cli.js', 'serve', '--port', String(this.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process = child;
    this.port = await new Promise<number>((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString();
        const port = /is at http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
        if (port) resolve(Number(port));
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  /** Ends it without a word to anybody, as a crash would. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    this.process = null;
  }
}
