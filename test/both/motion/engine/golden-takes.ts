/** What the engine says to a spoken second and a half, few enough numbers to commit. */
import { MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { createRandom } from '../../../../src/motion/life/random.js';
import { mouthFromTimings, readTimings } from '../../../../src/motion/timings/index.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../../src/shared/contracts/channels.js';
import { readSpokenFixture } from './spoken-fixture.js';

const CHANNELS: readonly Channel[] = [
  'jawOpen',
  'mouthClose',
  'mouthFunnel',
  'mouthPucker',
  'mouthStretchLeft',
  'mouthPressLeft',
  'mouthRollLower',
  'mouthSmileRight',
  'browInnerUp',
  'browOuterUpLeft',
  'eyeBlinkLeft',
  'eyeSquintRight',
  'cheekSquintLeft',
  'headPitch',
  'headYaw',
  'headRoll',
];
/** Every fifth frame. */
const FRAME_STEP = 5;

/** Mouth → frame → value of each of `CHANNELS`. */
export type GoldenTakes = Record<'ruled' | 'small net' | 'timed', number[][]>;

export async function goldenTakes(): Promise<GoldenTakes> {
  const { speech, track } = await readSpokenFixture();
  const visemes = track.map(([viseme, startSeconds, endSeconds]) => ({ viseme, startSeconds, endSeconds }));
  const take = (options: Partial<ConstructorParameters<typeof MotionEngine>[0]>): number[][] => {
    const engine = new MotionEngine({ sampleRateHz: 16000, seed: 7, model: null, ...options });
    const values = [engine.push(speech), engine.finish()].flatMap((motion) => [...(motion?.values ?? [])]);
    const frames = Array.from({ length: Math.ceil(values.length / CHANNEL_COUNT / FRAME_STEP) }, (_, i) => i * FRAME_STEP);
    return frames.map((frame) => CHANNELS.map((name) => values[frame * CHANNEL_COUNT + CHANNEL_INDEX[name]]));
  };
  return {
    ruled: take({}),
    'small net': take({ model: smallModel() }),
    timed: take({ mouth: mouthFromTimings(readTimings({ visemes })!, null) }),
  };
}

/** A net of random weights in the shape of the real one: what it says means nothing, and is the same everywhere. */
function smallModel(): SpeechModel {
  const [bands, first, second, hidden, outputs] = [40, 12, 16, 20, 23] as const;
  const shapes = [
    [first, 5 * bands],
    [second, 4 * first],
    [3 * hidden, second],
    [3 * hidden, hidden],
    [outputs, hidden + second],
  ] as const;
  const bytes = new Uint8Array(28 + shapes.reduce((sum, [rows, inputs]) => sum + rows * (8 + inputs), 0));
  const view = new DataView(bytes.buffer);
  const random = createRandom(11);
  [0x54_45_4e_53, 1, bands, first, second, hidden, outputs].forEach((word, i) => view.setUint32(i * 4, word, true));
  let place = 28;
  for (const [rows, inputs] of shapes) {
    for (let row = 0; row < rows; row++) view.setFloat32(place + row * 4, 2 / (127 * Math.sqrt(inputs)), true);
    for (let row = 0; row < rows; row++) view.setFloat32(place + (rows + row) * 4, 0.2 * (random() - 0.5), true);
    for (let i = 0; i < rows * inputs; i++) view.setInt8(place + rows * 8 + i, Math.round((random() - 0.5) * 254));
    place += rows * (8 + inputs);
  }
  return readSpeechModel(bytes);
}
