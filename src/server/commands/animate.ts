/** `spatius-avatar animate`: speech audio in, motion file out. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import { ENGINE_FRAME_RATE, type EngineMotion, MotionEngine } from '../../motion/engine/motion-engine.js';
import { loadMouthModel, setMouthModelReader } from '../../motion/engine/mouth-model.js';
import { createSimdLinears } from '../../motion/engine/simd-linears.js';
import { MotionStyler } from '../../motion/style/motion-styler.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { type Expression, expressionFrom, MAX_INTENSITY } from '../../shared/contracts/speech-style.js';
import { encodeMotion, MOTION_FORMATS, type MotionFormat, writeFileWhole, writeStream } from '../motion-file.js';
import { packageFolder } from '../package-folder.js';
import { type SpeechPiece, speechPieces } from '../speech-file.js';
import { readCommandLine } from './command-line.js';
import { integerOption, numberOption } from './options.js';

export const ANIMATE_USAGE = `animate <audio>       turns speech (WAV, Ogg Opus or raw PCM; - for standard input) into motion
  --sample-rate <Hz>    of raw PCM: signed 16-bit little-endian mono; default 16000
  --out <file>          default standard output
  --format <name>       json (52 ARKit shapes, head, visemes; 50 frames a second), csv (as Live Link Face
                        writes it) or glb (an animated avatar); default by the ending of --out; json without one
  --style <name>        natural, crisp or calm; default natural
  --intensity <number>  0 (hardly moves) to 2; default 1
  --avatar <file.glb>   the avatar of --format glb; default the built-in one
`;

const OPTIONS = ['sample-rate', 'out', 'format', 'style', 'intensity', 'avatar'] as const;
const STDIO = '-';
/** The engine works in slices of this, s: what it has made goes out before the next. */
const SLICE_SECONDS = 1;
const MIN_RATE_HZ = 3000;
const MAX_RATE_HZ = 384_000;
const NO_FRAMES: MotionFrames = { frameRate: ENGINE_FRAME_RATE, startFrame: 0, frameCount: 0, values: new Float32Array(0) };

/** @throws {AvatarError} `invalidConfiguration`, `invalidAudioInput`, `noAudio`, `unsupportedAvatarAsset` */
export async function animate(args: string[]): Promise<void> {
  const { values, positionals } = readCommandLine('animate', args, OPTIONS, true);
  const [input, ...others] = positionals;
  if (input === undefined || others.length > 0) {
    throw invalid('animate takes one audio file, or - for standard input');
  }
  const out = values.out ?? STDIO;
  const format = formatOf(values.format, out);
  if (values.avatar !== undefined && format !== 'glb') throw invalid('--avatar goes with --format glb');
  const rate = values['sample-rate'];
  const sampleRateHz = rate === undefined ? null : integerOption(rate, '--sample-rate', MIN_RATE_HZ, MAX_RATE_HZ);

  const { style, intensity } = values;
  const expression = expressionFrom({
    style,
    intensity: intensity === undefined ? undefined : numberOption(intensity, '--intensity', 0, MAX_INTENSITY),
  });

  const distFolder = join(packageFolder(), 'dist');
  const avatar = format === 'glb' ? await avatarBytes(values.avatar ?? join(distFolder, 'avatars', 'aria.glb')) : null;
  setMouthModelReader(() => readFile(join(distFolder, 'models', 'mouth.bin')), createSimdLinears);
  if (!(await loadMouthModel())) console.error('spatius-avatar: models/mouth.bin cannot be read; the simple mouth speaks');

  const bytes: AsyncIterable<Uint8Array> = input === STDIO ? process.stdin : createReadStream(input);
  const speech = speechPieces(bytes, { name: input === STDIO ? '' : basename(input), sampleRateHz });
  const pieces = encodeMotion(styled(motionOf(atRate(speech, sampleRateHz)), expression), format, ENGINE_FRAME_RATE, avatar);
  await (out === STDIO ? writeStream(process.stdout, pieces) : writeFileWhole(out, pieces));
}

function formatOf(format: string | undefined, out: string): MotionFormat {
  const known = (name: string): name is MotionFormat => (MOTION_FORMATS as readonly string[]).includes(name);
  const ending = extname(out).slice(1).toLowerCase();
  if (format === undefined) {
    if (known(ending)) return ending;
    if (ending === '') return 'json';
    throw invalid(
      `--out ${out}: animate writes motion as ${MOTION_FORMATS.join(', ')}, not "${ending}"; --format chooses one for other names`,
    );
  }
  if (!known(format)) throw invalid(`--format must be ${MOTION_FORMATS.join(', ')}, not "${format}"`);
  if (known(ending) && ending !== format) throw invalid(`--format ${format} contradicts the ending of --out ${out}`);
  return format;
}

/** Refuses a rate that contradicts the file's own. */
async function* atRate(speech: AsyncIterable<SpeechPiece>, rateHz: number | null): AsyncGenerator<SpeechPiece, void> {
  for await (const piece of speech) {
    if (rateHz !== null && piece.sampleRateHz !== rateHz) {
      throw invalid(`--sample-rate ${rateHz} is for raw PCM; this audio has ${piece.sampleRateHz} Hz by its own header`);
    }
    yield piece;
  }
}

async function avatarBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.invalidConfiguration, 'the avatar cannot be read');
  }
}

async function* motionOf(speech: AsyncIterable<SpeechPiece>): AsyncGenerator<EngineMotion, void> {
  let engine: MotionEngine | null = null;
  for await (const { samples, sampleRateHz } of speech) {
    engine ??= new MotionEngine({ sampleRateHz, withVisemes: true });
    const slice = Math.ceil(sampleRateHz * SLICE_SECONDS);
    for (let at = 0; at < samples.length; at += slice) {
      const motion = engine.push(samples.subarray(at, at + slice));
      if (motion) yield motion;
    }
  }
  const rest = engine?.finish();
  if (rest) yield rest;
}

/** Visemes are independent of the style: they are unchanged, and may be a frame ahead of the face. */
async function* styled(motion: AsyncIterable<EngineMotion>, expression: Expression): AsyncGenerator<EngineMotion, void> {
  const styler = MotionStyler.for(expression);
  if (!styler) return yield* motion;
  for await (const piece of motion) yield { ...(styler.push(piece) ?? NO_FRAMES), visemes: piece.visemes };
  yield { ...(styler.finish() ?? NO_FRAMES), visemes: null };
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidConfiguration, message);
}
