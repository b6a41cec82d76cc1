/** Every example of README.md and `docs` is run as it stands: pages in a page, Node's beside a real Motion Server. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless } from '../helpers/node/slow.js';
import { type Snippet, snippetsOf } from '../helpers/node/snippets.js';
import { wavOf } from '../helpers/node/wav-file.js';

const KEYS = { SPATIUS_API_KEY: 'key-of-the-documents', SPATIUS_APP_ID: 'app_demo' };
const CDN = /https:\/\/your\.cdn\/spatius-avatar\/dist\//g;
/** Within the package, so that its own name can be imported; one for each of Playwright's workers. */
const SCRIPTS_FOLDER = `build/document-examples-${process.env.TEST_WORKER_INDEX}`;
/** Others are parts of files, or code for a program that is not here. */
const RUN_KINDS: readonly Snippet['kind'][] = ['html', 'page', 'node', 'css', 'json', 'syntax'];
/** A server's example may run for as long as it likes. */
const NODE_TIMEOUT_MS = 8000;

test.describe.configure({ mode: 'parallel' });

const server = new ServedDemo(KEYS);
let speech: Buffer;

test.beforeAll(async () => {
  // A browser looks at what a file holds, not at its name.
  speech = wavOf(voicePcm(1), 16_000);
  await mkdir(SCRIPTS_FOLDER, { recursive: true });
  await server.start();
});
test.afterAll(async () => {
  await server.kill();
  await rm(SCRIPTS_FOLDER, { recursive: true, force: true });
});

/** What the examples take for given: recordings, and raw speech. */
async function serveSpeech(page: Page): Promise<void> {
  await page.route(/\.mp3$/, (route) => route.fulfill({ contentType: 'audio/mpeg', body: speech }));
  await page.route(/\.pcm$/, (route) => route.fulfill({ contentType: 'audio/pcm', body: Buffer.alloc(24_000) }));
  await page.route(/\.vtt$/, (route) => route.fulfill({ contentType: 'text/vtt', body: 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n' }));
  await page.route('**/api/speech', (route) => route.fulfill({ contentType: 'audio/mpeg', body: speech }));
}

/** Opens a page, runs the example, and collects what nobody caught. */
async function faultsOf(page: Page, run: () => Promise<AvatarPage>): Promise<string[]> {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  await serveSpeech(page);
  const avatar = await run();
  faults.push(...(await avatar.events()).filter((event) => event.startsWith('error')));
  return faults;
}

async function runHtml(page: Page, { code }: Snippet): Promise<AvatarPage> {
  const html = code.replace(/<!doctype html>/i, '').replace(CDN, '/dist/');
  const scripts = [...html.matchAll(/<script[\s\S]*?<\/script>/g)].map(([script]) => script).join('\n');
  let count = 0;
  const body = html
    .replace(/<script[\s\S]*?<\/script>/g, '')
    .replace(/<spatius-avatar(?![^>]* id=)/g, () => `<spatius-avatar id="unnamed${count++ || ''}"`);
  const avatar = await AvatarPage.open(page, server.url, body, scripts || undefined);
  const ids = await page.locator('spatius-avatar').evaluateAll((elements) => elements.map(({ id }) => id));
  for (const id of ids) await avatar.waitForEvent(id, 'ready');
  for (const button of await page.locator('body > button').all()) await button.click();
  return avatar;
}

async function runInPage(page: Page, { code, attributes }: Snippet): Promise<AvatarPage> {
  const avatar = await AvatarPage.open(page, server.url, `<spatius-avatar id="avatar" ${attributes}></spatius-avatar>`);
  await page.locator('spatius-avatar').click();
  // What an app would have: a recording, and raw speech.
  await page.evaluate(
    (bytes) => {
      Object.assign(window, { audio: new Blob([new Uint8Array(bytes)]), pcm: new Uint8Array(bytes.slice(44)) });
    },
    [...speech],
  );
  const script = code.replace(CDN, '/dist/').replace(/'spatius-avatar'/g, "'/dist/spatius-avatar.min.js'");
  await page.addScriptTag({ type: 'module', content: `window.isDone = false;\n${script}\nwindow.isDone = true;` });
  await page.waitForFunction(() => (window as Window & { isDone?: boolean }).isDone, undefined, { timeout: 30_000 });
  return avatar;
}

async function runInNode({ code, name }: Snippet): Promise<void> {
  const path = join(SCRIPTS_FOLDER, `${name.replace(/\W/g, '-')}.mjs`);
  await writeFile(path, code);
  try {
    await promisify(execFile)(process.execPath, [path], {
      timeout: NODE_TIMEOUT_MS,
      env: { ...process.env, ...KEYS, SPATIUS_SERVER_URL: server.url },
    });
  } catch (reason) {
    const { killed, stderr } = reason as { killed: boolean; stderr: string };
    expect(stderr, name).toBe('');
    if (!killed) throw reason;
  }
}

/** Documents that show each kind of example. */
const ALWAYS = ['README.md', 'docs/modes.md'];

for (const path of ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'))) {
  const snippets = snippetsOf(path, readFileSync(path, 'utf8')).filter(({ kind }) => RUN_KINDS.includes(kind));
  if (snippets.length === 0) continue;
  test(`every example of ${path} does what it says`, slowUnless(ALWAYS.includes(path)), async ({ context }) => {
    test.setTimeout(120_000);
    // A page for each; scripts, workers and avatars come from the cache of the context.
    for (const snippet of snippets) await test.step(snippet.name, () => runSnippet(snippet, context));
  });
}

async function runSnippet(snippet: Snippet, context: BrowserContext): Promise<void> {
  const { kind, code, name } = snippet;
  if (kind === 'node') await runInNode(snippet);
  if (kind === 'json') JSON.parse(code);
  if (kind === 'syntax') await expectSyntax(snippet);
  if (kind === 'node' || kind === 'json' || kind === 'syntax') return;
  const page = await context.newPage();
  try {
    if (kind === 'css') expect(await rulesOf(page, code), name).toBeGreaterThan(0);
    else expect(await faultsOf(page, () => (kind === 'html' ? runHtml(page, snippet) : runInPage(page, snippet))), name).toEqual([]);
  } finally {
    await page.close();
  }
}

/** Rules of a style sheet that the browser understands. */
function rulesOf(page: Page, css: string): Promise<number> {
  return page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet.cssRules.length;
  }, css);
}

async function expectSyntax({ code, name }: Snippet): Promise<void> {
  if (code.trimStart().startsWith('<')) return;
  const path = join(SCRIPTS_FOLDER, `${name.replace(/\W/g, '-')}.mjs`);
  await writeFile(path, code);
  await promisify(execFile)(process.execPath, ['--check', path]);
}
