/**
 * A face that flashes and a sound that beeps at the same media times: what a camera and a microphone before the output
 * see of both is the offset of picture and sound, whatever lies between. Speech is replaced, the way it takes is not.
 */
import { Document, NodeIO } from '@gltf-transform/core';
import { KHRMaterialsUnlit } from '@gltf-transform/extensions';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';
import type { Recording } from './recording.js';

export const FLASH_PERIOD_SECONDS = 1;
const FLASH_SECONDS = 0.12;
const BEEP_SECONDS = 0.05;
const BEEP_HZ = 1000;
const FRAME_RATE = 50;

/** A black plane, and a white one behind it that `jawOpen` above 0.5 brings to the front. Metres, GLB bytes. */
export async function flashAvatar(): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const unlit = document.createExtension(KHRMaterialsUnlit);
  const scene = document.createScene();
  const plane = (name: string, colour: number, z: number, morphZ: number) => {
    const corners = [-1, -1, z, 1, -1, z, 1, 1, z, -1, 1, z];
    const accessor = (values: number[]) => document.createAccessor().setType('VEC3').setArray(new Float32Array(values)).setBuffer(buffer);
    const indices = document
      .createAccessor()
      .setType('SCALAR')
      .setArray(new Uint16Array([0, 1, 2, 0, 2, 3]))
      .setBuffer(buffer);
    const normals = accessor([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
    const material = document
      .createMaterial(name)
      .setBaseColorFactor([colour, colour, colour, 1])
      .setExtension('KHR_materials_unlit', unlit.createUnlit());
    const primitive = document
      .createPrimitive()
      .setAttribute('POSITION', accessor(corners))
      .setAttribute('NORMAL', normals)
      .setIndices(indices)
      .setMaterial(material);
    const mesh = document.createMesh(name).addPrimitive(primitive);
    if (morphZ !== 0) {
      const shift = corners.map((_value, index) => (index % 3 === 2 ? morphZ : 0));
      primitive.addTarget(document.createPrimitiveTarget('jawOpen').setAttribute('POSITION', accessor(shift)));
      mesh.setExtras({ targetNames: ['jawOpen'] }).setWeights([0]);
    }
    scene.addChild(document.createNode(name).setMesh(mesh));
  };
  plane('black', 0, 0, 0);
  plane('white', 1, -0.1, 0.2);
  return new NodeIO().registerExtensions([KHRMaterialsUnlit]).writeBinary(document);
}

/** The beeps: `seconds` of mono 16-bit PCM at `rateHz`, one at each full period, the first at one period. */
export function beeps(seconds: number, rateHz: number): Int16Array {
  const pcm = new Int16Array(Math.round(seconds * rateHz));
  for (let start = FLASH_PERIOD_SECONDS; start + BEEP_SECONDS <= seconds; start += FLASH_PERIOD_SECONDS) {
    for (let index = 0; index < BEEP_SECONDS * rateHz; index++) {
      pcm[Math.round(start * rateHz) + index] = 20_000 * Math.sin((2 * Math.PI * BEEP_HZ * index) / rateHz);
    }
  }
  return pcm;
}

/** In the motion engine's place: jawOpen is 1 during each flash, 0.5 at the very frame of its beep's first sample. */
export class FlashEngine {
  private readonly sampleRateHz: number;
  private sampleCount = 0;
  private frameCount = 0;

  constructor(options: { sampleRateHz: number }) {
    this.sampleRateHz = options.sampleRateHz;
  }

  push(samples: Int16Array | Float32Array): MotionFrames | null {
    this.sampleCount += samples.length;
    return this.framesUntil(Math.floor((this.sampleCount / this.sampleRateHz) * FRAME_RATE));
  }

  finish(): MotionFrames | null {
    return this.framesUntil(Math.ceil((this.sampleCount / this.sampleRateHz) * FRAME_RATE));
  }

  private framesUntil(end: number): MotionFrames | null {
    const frameCount = end - this.frameCount;
    if (frameCount <= 0) return null;
    const values = new Float32Array(frameCount * CHANNEL_COUNT);
    for (let index = 0; index < frameCount; index++) {
      values[index * CHANNEL_COUNT + CHANNEL_INDEX.jawOpen] = jawOpenOf(this.frameCount + index);
    }
    const frames = { frameRate: FRAME_RATE, startFrame: this.frameCount, frameCount, values };
    this.frameCount = end;
    return frames;
  }
}

function jawOpenOf(frame: number): number {
  const seconds = frame / FRAME_RATE;
  const phase = seconds % FLASH_PERIOD_SECONDS;
  if (seconds < FLASH_PERIOD_SECONDS || phase > FLASH_SECONDS) return 0;
  return phase === 0 ? 0.5 : 1;
}

/** Flash minus beep of each event, ms. */
export function offsetsOf({ frames, samples, rateHz, startSeconds }: Recording): number[] {
  const heard: number[] = [];
  let quietSince = 0;
  samples.forEach((sample, index) => {
    if (Math.abs(sample) < 0.05) return;
    if ((index - quietSince) / rateHz > FLASH_PERIOD_SECONDS / 2) heard.push(startSeconds + index / rateHz);
    quietSince = index;
  });
  const seen = frames
    .filter((frame, index) => frame.brightness > 128 && (frames[index - 1]?.brightness ?? 255) <= 128)
    .map((frame) => frame.seconds);
  const pairs = heard.map((sound) => ({ sound, flash: seen.find((time) => Math.abs(time - sound) < FLASH_PERIOD_SECONDS / 2) }));
  return pairs.flatMap(({ sound, flash }) => (flash === undefined ? [] : [(flash - sound) * 1000]));
}
