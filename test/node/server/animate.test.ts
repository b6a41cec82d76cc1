import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';
import { ARKIT_CHANNELS, CHANNEL_INDEX, CHANNELS } from '../../../src/shared/contracts/channels.js';
import { VISEMES } from '../../../src/shared/contracts/visemes.js';
import { voicePcm } from '../../helpers/node/motion-server.js';
import { wavOf } from '../../helpers/node/wav-file.js';

const CLI = join(packageFolder(), 'build/src/server/cli.js');
const SECONDS = 1.49;

interface MotionJson {
  fps: number;
  channels: string[];
  visemes: string[];
  frames: number[][];
  visemeFrames: number[][];
}

let folder: string;
let speech: Uint8Array;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'animate-'));
  const { pcm } = JSON.parse(await readFile('test/fixtures/speech-net.json', 'utf8')) as { pcm: string };
  speech = Buffer.from(pcm, 'base64').subarray(0, Math.round(SECONDS * 16000) * 2);
  assert.lengthOf(speech, Math.round(SECONDS * 16000) * 2);
});
after(() => rm(folder, { recursive: true }));

async function animate(args: string[], input?: Uint8Array): Promise<{ code: number | null; out: Buffer; complaint: string }> {
  const child = spawn(process.execPath, [CLI, 'animate', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  let complaint = '';
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => (complaint += part.toString()));
  // A command that refuses what it reads does not read it to its end.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out: Buffer.concat(out), complaint };
}

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function jsonOf(args: string[], input?: Uint8Array): Promise<MotionJson> {
  const { code, out, complaint } = await animate(args, input);
  assert.equal(code, 0, complaint);
  return JSON.parse(out.toString()) as MotionJson;
}

function meanDifference(a: readonly number[][], b: readonly number[][]): number {
  assert.equal(a.length, b.length);
  return (
    a.reduce((sum, row, i) => sum + row.reduce((rowSum, value, k) => rowSum + Math.abs(value - b[i][k]), 0) / row.length, 0) / a.length
  );
}

describe('spatius-avatar animate', () => {
  it('gives every 20 ms of speech a frame of channels and visemes', async () => {
    const motion = await jsonOf([await saved('speech.pcm', speech)]);
    assert.equal(motion.fps, 50);
    assert.deepEqual(motion.channels, [...ARKIT_CHANNELS, 'headPitch', 'headYaw', 'headRoll', 'headX', 'headY', 'headZ']);
    assert.deepEqual(motion.visemes, [...VISEMES]);
    assert.lengthOf(motion.frames, Math.ceil(SECONDS * 50));
    assert.lengthOf(motion.visemeFrames, motion.frames.length);
    for (const frame of motion.frames) assert.lengthOf(frame, CHANNELS.length);
    for (const shares of motion.visemeFrames)
      assert.closeTo(
        shares.reduce((sum, share) => sum + share, 0),
        1,
        2e-3,
      );
    const jaw = motion.frames.map((frame) => frame[CHANNEL_INDEX.jawOpen]);
    assert.isAbove(Math.max(...jaw), 0.1);
    assert.isBelow(Math.min(...jaw), 0.1);
  });

  it('writes the same to a file, from a WAV of another kind and from a pipe', async () => {
    const plain = await jsonOf(['-'], speech);
    const path = join(folder, 'motion.json');
    const { code, out } = await animate([await saved('speech.wav', wavOf(speech, 16000)), '--out', path]);
    assert.equal(code, 0);
    assert.lengthOf(out, 0);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), plain);
    const stereo = new Uint8Array(speech.length * 2);
    for (let i = 0; i < speech.length; i += 2) for (const side of [0, 2]) stereo.set(speech.subarray(i, i + 2), 2 * i + side);
    assert.deepEqual(await jsonOf([await saved('stereo.wav', wavOf(stereo, 16000, 2))]), plain);
  });

  it('hears raw PCM at the rate it is told', async () => {
    const plain = await jsonOf(['-'], speech);
    const halved = new Uint8Array(speech.length / 2);
    for (let i = 0; i + 3 < speech.length; i += 4) halved.set(speech.subarray(i, i + 2), i / 2);
    const slow = await jsonOf(['-', '--sample-rate', '8000'], halved);
    assert.isBelow(meanDifference(slow.frames, plain.frames), 0.03);
    const odd = await saved('speech.dat', speech);
    assert.equal((await animate([odd])).code, 1);
    assert.deepEqual(await jsonOf([odd, '--sample-rate', '16000']), plain);
  });

  it('speaks in the style and with the intensity asked for, at the same moments', async () => {
    const plain = await jsonOf(['-'], speech);
    const jaw = ({ frames }: MotionJson): number[] => frames.map((frame) => frame[CHANNEL_INDEX.jawOpen]);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const crisp = await jsonOf(['-', '--style', 'crisp'], speech);
    const calm = await jsonOf(['-', '--style', 'calm', '--intensity', '.5'], speech);
    assert.isAbove(mean(jaw(crisp)), mean(jaw(plain)));
    assert.isBelow(mean(jaw(calm)), 0.5 * mean(jaw(plain)));
    for (const motion of [crisp, calm]) {
      assert.deepEqual(motion.visemeFrames, plain.visemeFrames);
      const widest = (values: number[]): number => values.indexOf(Math.max(...values));
      assert.closeTo(widest(jaw(motion)), widest(jaw(plain)), 1);
    }
  });

  it('reads Ogg Opus', async () => {
    const { frames } = await jsonOf(['test/fixtures/voice-2s.opus']);
    assert.closeTo(frames.length, 100, 2);
  });

  it('writes the table that importers of Live Link Face recordings read', async () => {
    const path = join(folder, 'motion.csv');
    const { frames } = await jsonOf(['-'], speech);
    assert.equal((await animate(['-', '--out', path], speech)).code, 0);
    const rows = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const [names] = rows.splice(0, 1) as [string[]];
    assert.deepEqual(names.slice(0, 3), ['Timecode', 'BlendShapeCount', 'EyeBlinkLeft']);
    assert.deepEqual(names.slice(16, 20), ['JawForward', 'JawRight', 'JawLeft', 'JawOpen']);
    assert.deepEqual(names.slice(53), [
      'TongueOut',
      'HeadYaw',
      'HeadPitch',
      'HeadRoll',
      'LeftEyeYaw',
      'LeftEyePitch',
      'LeftEyeRoll',
      'RightEyeYaw',
      'RightEyePitch',
      'RightEyeRoll',
    ]);
    assert.equal(rows.length, frames.length);
    for (const row of rows) {
      assert.lengthOf(row, 63);
      assert.equal(row[1], '61');
    }
    assert.equal(rows[0][0], '00:00:00:00.000');
    assert.equal(rows[74][0], '00:00:01:24.000');
    const column = names.indexOf('MouthFunnel');
    for (const [i, row] of rows.entries()) assert.closeTo(Number(row[column]), frames[i][CHANNEL_INDEX.mouthFunnel], 1e-4);
  });

  it('says what it takes when it is given something else, and leaves no file behind', async () => {
    const mp3 = 'demo/speech/welcome-en.mp3';
    const words = await saved('words.txt', Buffer.from('These are words. '.repeat(999)));
    const cut = await saved('cut.wav', wavOf(speech, 16000).subarray(0, 30));
    const existing = await saved('kept.json', Buffer.from('{}'));
    for (const [args, complaint] of [
      [[mp3], /MP3.*accepted are WAV, Ogg Opus, or raw PCM.*ffmpeg/],
      [[words], /unknown format/],
      [[cut], /ends before its audio data/],
      [[await saved('empty.wav', wavOf(new Uint8Array(0), 16000)), '--out', join(folder, 'none.json')], /empty/],
      [[join(folder, 'missing.wav'), '--out', existing], /ENOENT/],
      [[await saved('odd.pcm', speech.subarray(0, 3333))], /odd number of bytes/],
      [[], /one audio file/],
      [['-', '--format', 'fbx'], /--format must be json, csv, glb/],
      [['-', '--sample-rate', '12'], /--sample-rate must be/],
      [['-', '--style', 'loud'], /style loud is not known/],
      [['-', '--intensity', '3'], /--intensity must be a number from 0 to 2/],
      [['-', '--avatar', 'x.glb'], /--avatar goes with --format glb/],
      [['-', '--format', 'glb', '--avatar', join(folder, 'missing.glb')], /the avatar cannot be read/],
      [['-', '--out', join(folder, 'no/such/folder.json')], /cannot write/],
      [['-', '--out', join(folder, 'talk.mp4')], /animate writes motion as json, csv, glb, not "mp4"/],
      [['-', '--format', 'csv', '--out', join(folder, 'talk.GLB')], /--format csv contradicts the ending of --out/],
      [[await saved('rate.wav', wavOf(speech, 16000)), '--sample-rate', '24000'], /--sample-rate 24000 is for raw PCM.*16000 Hz/],
    ] as const) {
      const { code, out, complaint: said } = await animate([...args], voicePcm(0.5));
      assert.equal(code, 1, said);
      assert.match(said, complaint);
      assert.notMatch(said, /\n +at /, 'no stack trace');
      if (!(args as readonly string[]).some((word) => /odd/.test(word))) assert.lengthOf(out, 0);
    }
    assert.equal(await readFile(existing, 'utf8'), '{}');
    assert.isFalse(existsSync(join(folder, 'none.json')));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.part')),
      [],
    );
  });
});
