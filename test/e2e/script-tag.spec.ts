import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { SLOW } from '../helpers/node/slow.js';

const page = new ServedDemo();
const cdn = new ServedDemo();

test.beforeAll(() => Promise.all([page.start(), cdn.start()]));
test.afterAll(() => Promise.all([page.kill(), cdn.kill()]));

const speaks = async (avatar: AvatarPage): Promise<void> => {
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.speak('avatar', 2);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
};

test('a module from another origin brings its workers, worklet and avatar along', async ({ page: tab }) => {
  const script = `${cdn.url}/dist/spatius-avatar.min.js`;
  await speaks(
    await AvatarPage.open(
      tab,
      page.url,
      '<spatius-avatar id="avatar"></spatius-avatar>',
      `<script type="module" src="${script}"></script>`,
    ),
  );
});

test('a classic script from another origin does so as well', SLOW, async ({ page: tab }) => {
  const script = `${cdn.url}/dist/spatius-avatar.iife.min.js`;
  await speaks(await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar"></spatius-avatar>', `<script src="${script}"></script>`));
});

test('a classic script offers its global at once, and everything else once the element is defined', async ({ page: tab }) => {
  await tab.context().grantPermissions(['local-network-access']);
  const body = `<!doctype html><style>spatius-avatar { display: block; width: 160px; height: 200px }</style>
    <script src="${cdn.url}/dist/spatius-avatar.iife.min.js"></script>
    <script>
      SpatiusAvatar.setAssetUrls({ baseUrl: '/dist/' });
      window.names = SpatiusAvatar.ready.then((exports) =>
        Object.keys(exports).filter((name) => SpatiusAvatar[name] === undefined || customElements.get('spatius-avatar') !== SpatiusAvatar.SpatiusAvatar));
    </script><body><spatius-avatar id="avatar"></spatius-avatar>`;
  const requested: string[] = [];
  tab.on('request', (request) => requested.push(request.url()));
  await tab.route(`${page.url}/classic`, (route) => route.fulfill({ contentType: 'text/html', body }));
  const avatar = await AvatarPage.openPath(tab, page.url, '/classic');
  expect(await tab.evaluate(() => (window as Window & { names?: Promise<string[]> }).names)).toEqual([]);
  await avatar.waitForEvent('avatar', 'ready');
  expect(requested).toContain(`${page.url}/dist/avatars/aria.glb`);
  expect(requested).not.toContain(`${cdn.url}/dist/avatars/aria.glb`);
});

/** Directives of a page on `page` whose script comes from `scripts`, and that may load from `files`. */
const policyOf = (scripts: string, workers: string, files: string): string =>
  `default-src 'none'; style-src 'self'; script-src ${scripts}; worker-src ${workers}; connect-src ${files}`;
const TRUSTED_TYPES = "; require-trusted-types-for 'script'; trusted-types spatius-avatar lit-html";

/** A page with a policy, whose script and style are files. @returns What the browser refused, by directive. */
async function openStrict(tab: Page, policy: string, script: string): Promise<{ avatar: AvatarPage; refused: () => Promise<string[]> }> {
  await tab.context().grantPermissions(['local-network-access']);
  await tab.addInitScript(() => {
    const refused: string[] = ((window as Window & { refused?: string[] }).refused = []);
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      refused.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
  const fulfil = (path: string, contentType: string, body: string, headers = {}) =>
    tab.route(`${page.url}/${path}`, (route) => route.fulfill({ contentType, headers, body }));
  await fulfil(
    'strict',
    'text/html',
    `<!doctype html><link rel="stylesheet" href="/strict.css"><script type="module" src="/strict.js"></script><body><spatius-avatar id="avatar"></spatius-avatar>`,
    { 'content-security-policy': policy },
  );
  await fulfil('strict.css', 'text/css', 'spatius-avatar { display: block; width: 160px; height: 200px }');
  await fulfil('strict.js', 'text/javascript', script);
  const avatar = await AvatarPage.openPath(tab, page.url, '/strict');
  return { avatar, refused: () => tab.evaluate(() => (window as Window & { refused?: string[] }).refused!) };
}

test('a strict policy is enough: own scripts and workers, no inline code or style, Trusted Types', async ({ page: tab }) => {
  const { avatar, refused } = await openStrict(
    tab,
    policyOf("'self'", "'self'", "'self'") + TRUSTED_TYPES,
    "import '/dist/spatius-avatar.min.js';",
  );
  await speaks(avatar);
  expect(await refused()).toEqual([]);
});

test('with the script of a CDN and files of its own, a page needs no blob:', SLOW, async ({ page: tab }) => {
  const script = `import { setAssetUrls } from '${cdn.url}/dist/spatius-avatar.min.js';\nsetAssetUrls({ baseUrl: '/dist' });`;
  const { avatar, refused } = await openStrict(tab, policyOf(`'self' ${cdn.url}`, "'self'", "'self'") + TRUSTED_TYPES, script);
  await speaks(avatar);
  expect(await refused()).toEqual([]);
});

test('a CDN needs to be named for scripts and files, and blob: for workers, nothing else', SLOW, async ({ page: tab }) => {
  const requested: string[] = [];
  tab.on('request', (request) => requested.push(new URL(request.url()).pathname));
  const script = `import '${cdn.url}/dist/spatius-avatar.min.js';`;
  const { avatar } = await openStrict(tab, policyOf(`'self' ${cdn.url}`, 'blob:', cdn.url), script);
  await speaks(avatar);
  expect(requested).toEqual(
    expect.arrayContaining(['/dist/embedded/render.worker.embedded.js', '/dist/embedded/motion.worker.embedded.js']),
  );
});

interface Integrity {
  files: Record<string, string>;
}
const integrity = async (): Promise<Integrity['files']> => (JSON.parse(await readFile('dist/integrity.json', 'utf8')) as Integrity).files;
/** Tags of a page that takes the script and its chunks with these hashes and no others. */
const pinned = (files: Integrity['files']): string => {
  const chunks = Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => name.startsWith('chunks/'))
      .map(([name, hash]) => [`${cdn.url}/dist/${name}`, hash]),
  );
  const script = `<script type="module" crossorigin src="${cdn.url}/dist/spatius-avatar.min.js" integrity="${files['spatius-avatar.min.js']}"></script>`;
  return `<script type="importmap">${JSON.stringify({ integrity: chunks })}</script>${script}`;
};

test('the hashes of the release let its files pass', async ({ page: tab }) => {
  const files = await integrity();
  const chunk = Object.keys(files).find((name) => /^chunks\/avatar-/.test(name))!;
  const preload = `<link rel="modulepreload" crossorigin href="${cdn.url}/dist/${chunk}" integrity="${files[chunk]}">`;
  await speaks(await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar"></spatius-avatar>', pinned(files) + preload));
});

test('a file that is not the release’s is refused', async ({ page: tab }) => {
  const files = await integrity();
  const wrong = `sha384-${'A'.repeat(64)}`;
  const isDefined = () => tab.evaluate(() => customElements.get('spatius-avatar') !== undefined);
  await tab.context().grantPermissions(['local-network-access']);
  await tab.route(`${page.url}/pinned`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html>${pinned({ ...files, 'spatius-avatar.min.js': wrong })}` }),
  );
  await tab.goto(`${page.url}/pinned`);
  expect(await isDefined()).toBe(false);
  const chunks = Object.fromEntries(Object.entries(files).map(([name, hash]) => [name, name.startsWith('chunks/') ? wrong : hash]));
  const avatar = await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar"></spatius-avatar>', pinned(chunks));
  await avatar.waitForEvent('avatar', 'error connectionFailed');
});
