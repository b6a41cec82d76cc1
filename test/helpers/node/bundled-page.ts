/** What a page that somebody's bundler has built or serves must be able to do, each with the real parts. */
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import type { AssetUrls } from '../../../src/assets/asset-choice.js';
import type * as engine from '../../../src/engine/index.js';
import { gaussianHead } from '../gaussian-head.js';
import { texturedSquare } from '../glb-files.js';
import { vrmFrom } from '../vrm-files.js';
import { AvatarPage } from './avatar-page.js';
import type { RoomServer } from './room-server.js';
import type { ServedDemo } from './served-demo.js';

/** The page's script: an app that imports the element, and the engine on demand. */
export const MAIN = `import { setAssetUrls } from 'spatius-avatar';
globalThis.setAssetUrls = setAssetUrls;
globalThis.loadEngine = () => import('spatius-avatar/engine');
`;

declare const loadEngine: () => Promise<typeof engine>;
declare const setAssetUrls: (urls: AssetUrls) => void;

const TEXTURED = 'square.glb';
/** Avatars that need add-ons of the render worker: `vrm` and `materials`, `splats`, `ktx2`. */
const FOREIGN: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'theirs.vrm': async () => vrmFrom(await readFile('dist/avatars/aria.glb'), { version: 1 }),
  'head.zip': async () => gaussianHead(),
  [TEXTURED]: async () => texturedSquare({ bytes: await readFile('test/fixtures/red-green.etc1s.ktx2'), mimeType: 'image/ktx2' }),
};

export class BundledPage {
  private readonly avatar: AvatarPage;
  private readonly page: Page;

  private constructor(avatar: AvatarPage) {
    this.avatar = avatar;
    this.page = avatar.page;
  }

  /** Resolves when the avatar is drawn. */
  static async open(page: Page, siteUrl: string): Promise<BundledPage> {
    return new BundledPage(await AvatarPage.openPath(page, siteUrl, '/'));
  }

  /** Sound is heard, the jaw moves. @param motion Where from. */
  async speaks(motion: 'local' | 'server' = 'local'): Promise<void> {
    const { avatar } = this;
    await avatar.forgetEvents();
    await avatar.traceJaw();
    await avatar.speak('avatar', 1.5);
    // From the beginning: on a busy machine the speech may be over before anybody asks how loud it is.
    const [loudness] = await Promise.all([avatar.loudness(4000), avatar.waitForEvent('avatar', 'conversation-state idle')]);
    expect(loudness).toBeGreaterThan(0.01);
    expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
    await this.hasNoError();
    expect(await avatar.events()).toContain(`conversation-motion ${motion}`);
  }

  /** Direct Mode: with a token of the server, and motion that it makes. */
  async speaksBy(server: ServedDemo): Promise<void> {
    await this.page.evaluate(async (url) => {
      const avatar = document.querySelector('spatius-avatar')!;
      Object.assign(avatar, { mode: 'direct', appId: 'app_demo', tokenEndpoint: `${url}/api/session-token`, serverUrl: url });
      await avatar.updateComplete;
      await avatar.start();
    }, server.url);
    await this.speaks('server');
  }

  /** Each of them is drawn; the built-in one afterwards. @param hasTextures Without: but for KTX2 textures. */
  async showsForeignAvatars(hasTextures: boolean): Promise<void> {
    for (const [name, make] of Object.entries(FOREIGN)) {
      if (name === TEXTURED && !hasTextures) continue;
      const body = Buffer.from(await make());
      await this.page.route(`**/${name}`, (route) => route.fulfill({ body, contentType: 'application/octet-stream' }));
      await this.show(`/${name}`);
      expect(await this.avatar.paintedShare(), name).toBeGreaterThan(0.02);
    }
    await this.show(null);
  }

  /** A large file that the bundler left behind and that has no copy: the error says what to do, and doing it helps. */
  async needsAssetUrls(): Promise<void> {
    const { page } = this;
    await this.request({ src: null, avatarId: 'theo' });
    expect(await this.avatar.events()).toEqual(['error invalidConfiguration']);
    const { errors } = await page.evaluate(() => document.querySelector('spatius-avatar')!.diagnose());
    expect(errors.at(-1)!.message).toContain('avatars/theo.glb');
    expect(errors.at(-1)!.message).toContain('setAssetUrls({ baseUrl })');
    await page.route('**/copy-of-dist/**', (route) =>
      route.fulfill({
        path: route
          .request()
          .url()
          .replace(/^.*copy-of-dist/, 'dist'),
      }),
    );
    await page.evaluate(() => setAssetUrls({ baseUrl: '/copy-of-dist/' }));
    await this.request({ src: null, avatarId: 'nia' });
    await this.hasNoError();
  }

  private async show(src: string | null): Promise<void> {
    await this.request({ src });
    await this.hasNoError();
  }

  private async request(properties: { src: string | null; avatarId?: string }): Promise<void> {
    await this.avatar.forgetEvents();
    await this.page.evaluate((given) => Object.assign(document.querySelector('spatius-avatar')!, given), properties);
    await this.page.waitForFunction(() => window.avatarEvents.avatar?.some((event) => /^(ready|error)/.test(event)));
  }

  /** livekit-client, which is a chunk of its own. */
  async joins(rooms: RoomServer): Promise<void> {
    await this.page.route('**/api/room-token', async (route) => route.fulfill({ json: { token: await rooms.token('visitor') } }));
    const state = await this.page.evaluate(async (livekitUrl) => {
      const avatar = document.querySelector('spatius-avatar')!;
      Object.assign(avatar, { mode: 'livekit', livekitUrl, livekitTokenEndpoint: '/api/room-token' });
      await avatar.updateComplete;
      await avatar.start();
      const { connectionState } = avatar;
      avatar.close();
      return connectionState;
    }, rooms.url);
    expect(state).toBe('connected');
  }

  /** `spatius-avatar/engine` opens the mouth of numbers, with its trained weights. */
  async computes(): Promise<void> {
    const frames = await this.page.evaluate(async () => {
      const { MotionEngine, loadMouthModel, CHANNELS, CHANNEL_INDEX } = await loadEngine();
      await loadMouthModel();
      const engine = new MotionEngine({ sampleRateHz: 16_000 });
      const voice = Float32Array.from({ length: 16_000 }, (_, at) => 0.3 * Math.sin(at * 0.055) * (1 + Math.sin(at * 0.35)));
      const { frameCount, values } = engine.push(voice)!;
      return Math.max(...Array.from({ length: frameCount }, (_, frame) => values[frame * CHANNELS.length + CHANNEL_INDEX.jawOpen]));
    });
    expect(frames).toBeGreaterThan(0.05);
  }

  private async hasNoError(): Promise<void> {
    expect((await this.avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
  }
}
