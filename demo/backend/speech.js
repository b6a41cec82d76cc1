/** Speech for the example: an installed text-to-speech engine, the sample clips, or audio of the visitor. */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { speechPieces } from 'spatius-avatar/server';

const CLIPS = new URL('../speech/', import.meta.url);

/** Engines that write WAV to standard output, best first. They read the text from standard input or an argument. */
const ENGINES = [
  {
    name: 'piper',
    isUsable: () => Boolean(process.env.PIPER_MODEL),
    args: () => ['--model', process.env.PIPER_MODEL, '--output_file', '-'],
  },
  { name: 'espeak-ng', args: () => ['--stdout', '--stdin', '-v', 'en-us', '-s', '160'] },
  { name: 'flite', args: (text) => ['-voice', 'slt', '-t', text, '-o', '/dev/stdout'] },
];

async function isOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** Returns the first installed engine, or null. */
export async function findEngine() {
  for (const engine of ENGINES) if ((engine.isUsable?.() ?? true) && (await isOnPath(engine.name))) return engine;
  return null;
}

/** Streams the speech of an engine. `signal` cancels it. */
export function speechOfText(engine, text, signal) {
  const child = spawn(engine.name, engine.args(text), { stdio: ['pipe', 'pipe', 'ignore'], signal });
  child.on('error', () => child.stdout.destroy(new Error(`${engine.name} could not be run`)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  return turnOf(child.stdout);
}

export async function listClips() {
  return JSON.parse(await readFile(new URL('index.json', CLIPS), 'utf8'));
}

export function speechOfClip({ file }) {
  return turnOf(createReadStream(new URL(file.replace(/\.mp3$/, '.opus'), CLIPS)));
}

/** Decodes a stream of WAV or Ogg Opus to the input of a turn: PCM and its sample rate. */
export async function turnOf(stream) {
  const pieces = speechPieces(stream, { name: '', sampleRateHz: null });
  const first = await pieces.next();
  async function* pcm() {
    for (let piece = first; !piece.done; piece = await pieces.next()) yield int16From(piece.value.samples);
  }
  return { audio: pcm(), sampleRateHz: first.value.sampleRateHz };
}

function int16From(samples) {
  if (samples instanceof Int16Array) return samples;
  return Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))));
}
