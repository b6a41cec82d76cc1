/**
 * Writes `dist/THIRD-PARTY-NOTICES.txt`: name, version and licence of every package that the bundles contain. Fails for a package whose
 * licence is not known to fit ours.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundledPackages } from './rollup/bundled-packages.js';

const ALLOWED = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '(Apache-2.0 AND BSD-3-Clause)',
  '(MIT OR Apache-2.0)',
];
const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

/** Third-party code within packages that is not a package itself. */
const CONTENTS = [
  {
    within: 'three',
    name: 'Basis Universal transcoder',
    licence: 'Apache-2.0',
    text: 'Copyright 2019-2024 Binomial LLC. Licensed under the Apache License, Version 2.0.',
  },
  { within: 'opus-decoder', name: 'libopus', licence: 'BSD-3-Clause', text: await readFile('scripts/licences/libopus.txt', 'utf8') },
  {
    within: '@bufbuild/protobuf',
    name: 'Protocol Buffers',
    licence: 'BSD-3-Clause',
    text: commentAt(await readFile('node_modules/@bufbuild/protobuf/dist/esm/wire/varint.js', 'utf8')),
  },
];
function commentAt(code) {
  return /^(?:\/\/.*\n)+/.exec(code)[0].replaceAll(/^\/\/ ?/gm, '');
}

const found = new Map();
for (const { folder, manifest } of await bundledPackages()) {
  const { name, version, license, author } = manifest;
  if (!ALLOWED.includes(license)) throw new Error(`${name} has the licence ${license}, which is not among those that fit`);
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(basename(file))).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  // Some state their licence only in package.json.
  if (texts.length === 0) texts.push(`Copyright ${author?.name ?? author ?? `the authors of ${name}`}. Licensed under ${license}.`);
  found.set(`${name} ${version}`, { license, text: texts.map((text) => text.trim()).join('\n\n') });
  for (const part of CONTENTS.filter(({ within }) => within === name))
    found.set(`${part.name} (in ${name})`, { license: part.licence, text: part.text.trim() });
}
const entries = [...found].sort(([one], [other]) => (one < other ? -1 : 1));
const rule = `\n\n${'-'.repeat(80)}\n\n`;
const intro = 'The files of this package contain the following software of others, each under its own licence.';
const text = [intro, ...entries.map(([title, { license, text }]) => `${title}\n${license}\n\n${text}`)].join(rule);
await writeFile('dist/THIRD-PARTY-NOTICES.txt', `${text}\n`);
