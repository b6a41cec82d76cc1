/** A TCP line to a server that can be cut, refused, frozen or slow, at an address that stays the same. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class FlakyLink {
  /** What happens to new and present connections. */
  private mode: 'open' | 'refused' | 'frozen' | 'upgrades' = 'open';
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private _port = 0;

  /** @param delayMs What is sent arrives so much later, in either direction. */
  private constructor(targetPort: number, delayMs: number) {
    const later = (send: () => void): void => void (delayMs > 0 ? setTimeout(send, delayMs) : send());
    this.server = createServer((near) => {
      this.track(near);
      if (this.mode === 'refused') {
        near.destroy();
        return;
      }
      const far = connect(targetPort, '127.0.0.1');
      this.track(far);
      let isFirst = true;
      near.on('data', (data) => {
        if (this.mode === 'open' || (this.mode === 'upgrades' && isFirst)) later(() => far.write(data));
        isFirst = false;
      });
      far.on('data', (data) => (this.mode === 'open' || this.mode === 'upgrades') && later(() => near.write(data)));
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
  }

  static async to(targetPort: number, delayMs = 0): Promise<FlakyLink> {
    const link = new FlakyLink(targetPort, delayMs);
    await new Promise<void>((resolve) => link.server.listen(0, '127.0.0.1', resolve));
    link._port = (link.server.address() as { port: number }).port;
    return link;
  }

  get port(): number {
    return this._port;
  }

  /** Breaks all connections and lets nobody in. */
  cut(): void {
    this.mode = 'refused';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Keeps the connections and swallows what is sent: a peer that is gone without a word. */
  freeze(): void {
    this.mode = 'frozen';
  }

  /** Lets through what a client sends first, its upgrade, and swallows the rest. */
  passUpgradesOnly(): void {
    this.mode = 'upgrades';
  }

  mend(): void {
    this.mode = 'open';
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
