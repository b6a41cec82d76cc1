import { readRepositoryFile } from '#test';
import type { Viseme } from '../../../../src/shared/contracts/visemes.js';

/** Seconds from the first sample. */
export type VisemeSpan = readonly [name: Viseme, startSeconds: number, endSeconds: number];

/** Some seconds of synthesised speech, 16 kHz, and what is said when; made by `training/lipsync/export.py`. */
export async function readSpokenFixture(): Promise<{ speech: Float32Array; track: readonly VisemeSpan[] }> {
  const { pcm, visemes } = JSON.parse(new TextDecoder().decode(await readRepositoryFile('test/fixtures/speech-net.json'))) as {
    pcm: string;
    visemes: VisemeSpan[];
  };
  const samples = new Int16Array(Uint8Array.from(atob(pcm), (character) => character.charCodeAt(0)).buffer);
  return { speech: Float32Array.from(samples, (x) => x / 32768), track: visemes };
}
