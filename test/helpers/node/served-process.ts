/** A server as a process of its own, which can be killed and started again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** How it is started on a port; 0 takes a free one. It prints where it is. */
export type ServedCommand = (port: number) => { args: string[]; env: Record<string, string> };

export class ServedProcess {
  /** What it has printed. */
  output = '';
  private readonly command: ServedCommand;
  private readonly announcement: RegExp;
  private process: ChildProcess | null = null;
  private port = 0;

  /** @param announcement How it says where it is; the first group is the port. */
  constructor(command: ServedCommand, announcement = /is at http:\/\/[^:]+:(\d+)/) {
    this.command = command;
    this.announcement = announcement;
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
        const port = this.announcement.exec(stripVTControlCharacters(this.output))?.[1];
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
