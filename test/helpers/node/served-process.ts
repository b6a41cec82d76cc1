/** A server as a process of its own, which can be killed and started again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process';

/** How it is started on a port; 0 takes a free one. It prints where it is. */
export type ServedCommand = (port: number) => { args: string[]; env: Record<string, string> };

export class ServedProcess {
  /** What it has printed. */
  output = '';
  private readonly command: ServedCommand;
  private process: ChildProcess | null = null;
  private port = 0;

  constructor(command: ServedCommand) {
    this.command = command;
  }

  /** `http://127.0.0.1:<port>`, the same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { args, env } = this.command(this.port);
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    this.process = child;
    this.output = '';
    this.port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        this.output += text.toString();
        const port = /is at http:\/\/[^:]+:(\d+)/.exec(this.output)?.[1];
        if (port) resolve(Number(port));
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  /** Ends it without a word to anybody, as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks it to end in order. @returns Its exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
    this.process = null;
    return child.exitCode;
  }
}
