/** Playwright's `test` for pages with avatars. */
import { test as base } from '@playwright/test';
import { ServedDemo } from './served-demo.js';
import { smallAvatar } from './small-avatar.js';

interface Options {
  /** `small`: pages get a simple avatar in place of each built-in one. Default: `small`. `built-in`: where the subject is the avatar. */
  avatarFile: 'small' | 'built-in';
}

interface WorkerParts {
  /** A packaged server that all specs of a worker share. A spec that stops or configures its server starts one of its own. */
  servedDemo: ServedDemo;
}

export const test = base.extend<Options, WorkerParts>({
  avatarFile: ['small', { option: true }],
  context: async ({ context, avatarFile }, use) => {
    if (avatarFile === 'small') {
      const body = await smallAvatar();
      await context.route('**/dist/avatars/*.glb', (route) => route.fulfill({ body, contentType: 'model/gltf-binary' }));
    }
    await use(context);
  },
  servedDemo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's dependencies from this pattern.
    async ({}, use) => {
      const server = new ServedDemo();
      await server.start();
      await use(server);
      await server.kill();
    },
    { scope: 'worker' },
  ],
});
