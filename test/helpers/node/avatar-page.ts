/** A page with avatars, and what a test can see of them: events, sound at the loudspeaker, the jaw as it is drawn. */
import type { Page } from '@playwright/test';
import type {} from '../../../src/index.js';
import type { Stage, TracedFrame } from '../../../src/shared/contracts/stage.js';
import { voicePcm } from './motion-server.js';

declare global {
  interface Window {
    heardRms(): number;
    avatarEvents: Record<string, string[]>;
  }
}

/** To be run in a page before any other script: taps the loudspeaker and notes every avatar event. */
export function instrument(): void {
  const taps = new Map<BaseAudioContext, AnalyserNode>();
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]): never {
    if (args[0] === this.context.destination) {
      // A test counts what is left behind, and shall not count this.
      for (const context of taps.keys()) if (context.state === 'closed') taps.delete(context);
      let tap = taps.get(this.context);
      if (!tap) taps.set(this.context, (tap = new AnalyserNode(this.context, { fftSize: 1024 })));
      connect.call(this, tap);
    }
    return connect.apply(this, args) as never;
  } as AudioNode['connect'];
  window.heardRms = () => {
    let loudest = 0;
    for (const tap of taps.values()) {
      // One that has stopped shows its last samples for ever.
      if (tap.context.state !== 'running') continue;
      const samples = new Float32Array(tap.fftSize);
      tap.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
    }
    return loudest;
  };
  window.avatarEvents = {};
  const names = ['ready', 'connection-state', 'conversation-state', 'conversation-motion', 'error', 'playback-stall'];
  for (const name of names) {
    // They do not bubble, but the way down passes the window.
    addEventListener(
      `avatar-${name}`,
      (event) => {
        const { state, motion, error, isStalled } = event as Event & {
          state?: string;
          motion?: string;
          error?: { code: string };
          isStalled?: boolean;
        };
        const { id } = event.target as Element;
        (window.avatarEvents[id] ??= []).push(
          [name, state ?? motion ?? error?.code ?? isStalled].filter((word) => word !== undefined).join(' '),
        );
      },
      { capture: true },
    );
  }
}

export class AvatarPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /**
   * @param body The page's body; avatars in it should be small, software GL draws them.
   * @param script The tag that brings the element.
   * @param headers Of the page.
   */
  static async open(
    page: Page,
    serverUrl: string,
    body: string,
    script = '<script type="module" src="/dist/spatius-avatar.min.js"></script>',
    headers: Record<string, string> = {},
  ): Promise<AvatarPage> {
    const url = `${serverUrl}/test-page`;
    const style = '<style>spatius-avatar { width: 160px; height: 200px }</style>';
    // A page made up by the test counts as one from the internet, which may not load from this machine unasked.
    await page.context().grantPermissions(['local-network-access']);
    await page.addInitScript(instrument);
    await page.route(url, (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers,
        body: `<!doctype html>${script}${style}<body>${body}`,
      }),
    );
    await page.goto(url);
    await page.evaluate(() => customElements.whenDefined('spatius-avatar').then(() => undefined));
    return new AvatarPage(page);
  }

  static openDemo(page: Page, serverUrl: string): Promise<AvatarPage> {
    return AvatarPage.openPath(page, serverUrl, '/');
  }

  /** A page of the demo whose avatar is called `avatar`; resolves when that is drawn. */
  static async openPath(page: Page, serverUrl: string, path: string): Promise<AvatarPage> {
    await page.addInitScript(instrument);
    await page.goto(serverUrl + path);
    const avatarPage = new AvatarPage(page);
    await avatarPage.waitForEvent('avatar', 'ready');
    return avatarPage;
  }

  async events(id = 'avatar'): Promise<string[]> {
    return this.page.evaluate((name) => window.avatarEvents[name] ?? [], id);
  }

  async waitForEvent(id: string, event: string, timeout = 30_000): Promise<void> {
    await this.page.waitForFunction(([name, wanted]) => window.avatarEvents[name!]?.includes(wanted!), [id, event] as const, { timeout });
  }

  async forgetEvents(): Promise<void> {
    await this.page.evaluate(() => void (window.avatarEvents = {}));
  }

  /** Begins to say some seconds of a synthetic voice; what becomes of it is told by events. */
  async speak(id: string, seconds: number): Promise<void> {
    const pcm = Buffer.from(voicePcm(seconds)).toString('base64');
    await this.page.evaluate(
      ([name, base64]) => {
        const bytes = Uint8Array.from(atob(base64!), (character) => character.charCodeAt(0));
        const avatar = document.getElementById(name!) as HTMLElementTagNameMap['spatius-avatar'];
        avatar.speak(bytes, { sampleRateHz: 16000 }).catch(() => undefined);
      },
      [id, pcm] as const,
    );
  }

  /** The loudest the page was at the loudspeaker over some time, RMS of full scale. */
  async loudness(milliseconds = 300): Promise<number> {
    return this.page.evaluate(async (duration) => {
      let loudest = 0;
      for (const end = performance.now() + duration; performance.now() < end; ) {
        loudest = Math.max(loudest, window.heardRms());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return loudest;
    }, milliseconds);
  }

  /** Resolves when nothing has been heard for 200 ms; rejects when something still is after `withinMs`. */
  async becomesSilent(withinMs = 1500): Promise<void> {
    const end = Date.now() + withinMs;
    for (let loudest = Infinity; loudest > 0.001; ) {
      if (Date.now() > end) throw new Error(`still heard after ${withinMs} ms: RMS ${loudest}`);
      loudest = await this.loudness(200);
    }
  }

  /** Share of the picture that the character covers, 0..1. */
  async paintedShare(id = 'avatar'): Promise<number> {
    return this.page.evaluate(async (name) => {
      const picture = await createImageBitmap(await (document.getElementById(name) as HTMLElementTagNameMap['spatius-avatar']).toBlob());
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(0, 0, picture.width, picture.height);
      let painted = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 127) painted++;
      return (painted * 4) / data.length;
    }, id);
  }

  /** How much the lower half of the face's middle changes over some time: the most any picture differs from the first, mean of 0..255. */
  async mouthChange(milliseconds: number, id = 'avatar'): Promise<number> {
    return this.page.evaluate(
      async ([name, duration]) => {
        const avatar = document.getElementById(name) as HTMLElementTagNameMap['spatius-avatar'];
        const read = async (): Promise<Uint8ClampedArray> => {
          const picture = await createImageBitmap(await avatar.toBlob());
          const { width, height } = picture;
          const context = new OffscreenCanvas(width, height).getContext('2d')!;
          context.drawImage(picture, 0, 0);
          return context.getImageData(width * 0.3, height * 0.45, width * 0.4, height * 0.35).data;
        };
        const first = await read();
        let most = 0;
        for (const end = performance.now() + duration; performance.now() < end; ) {
          const now = await read();
          most = Math.max(most, now.reduce((sum, value, at) => sum + Math.abs(value - first[at]), 0) / now.length);
        }
        return most;
      },
      [id, milliseconds] as const,
    );
  }

  /** Notes what is drawn from now on; `widestJaw` tells. */
  async traceJaw(id = 'avatar'): Promise<void> {
    await this.page.evaluate(
      (name) => (document.getElementById(name) as unknown as StageHolder).lifecycle.avatar.openedStage.setTracing(true),
      id,
    );
  }

  /** Widest opening of the jaw that was drawn since `traceJaw` or the last call, 0..1. */
  async widestJaw(id = 'avatar'): Promise<number> {
    return Math.max(0, ...(await this.takeTrace(id)).map(({ jawOpen }) => jawOpen));
  }

  /** What was drawn since `traceJaw` or the last call. */
  async takeTrace(id = 'avatar'): Promise<TracedFrame[]> {
    return this.page.evaluate(
      (name) => (document.getElementById(name) as unknown as StageHolder).lifecycle.avatar.openedStage.takeTrace(),
      id,
    );
  }
}

/** The way to the stage, which is nobody's business but a test's. */
interface StageHolder {
  lifecycle: { avatar: { openedStage: Stage } };
}
