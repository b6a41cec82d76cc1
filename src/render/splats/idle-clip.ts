/**
 * The recorded idle movement of a head's file: sway of hips, spine and chest.
 *
 * Only the body is used. Head and neck belong to our own idle motion, which looks at the viewer, breathes and listens; recorded
 * head movement on top would look past the viewer. For each joint only its deviation from its own mean is used, not its posture.
 */
import { type Object3D, Quaternion, Vector3 } from 'three';

/** Name of the clip, as in LAM and most tools. */
const NAME = /idle/i;
/** The clip's speed varies within this, over about that many seconds, so that its repetition is not visible. */
const SPEED_RANGE = 0.25;
const SPEED_SECONDS = 23;
const MAX_FRAMES = 10_000;
const FLOAT = 5126;

interface Document {
  nodes?: { name?: string }[];
  accessors?: { bufferView?: number; byteOffset?: number; componentType: number; count: number; sparse?: unknown }[];
  bufferViews?: { byteOffset?: number; byteStride?: number }[];
  animations?: {
    name?: string;
    channels: { sampler: number; target: { node?: number; path: string } }[];
    samplers: { input: number; output: number; interpolation?: string }[];
  }[];
}

interface Track {
  readonly joint: Object3D;
  readonly isTurn: boolean;
  /** `[frame]`, seconds. */
  readonly times: Float32Array;
  /** `[frame, 4 or 3]`, rotations by which the joint deviates from its mean (xyzw), or metres in its parent's space. */
  readonly deviations: Float32Array;
  readonly restTurn: Quaternion;
  readonly restPlace: Vector3;
}

export class IdleClip {
  private readonly tracks: readonly Track[];
  private readonly lengthSeconds: number;
  private seconds = 0;
  private lifeSeconds = 0;

  private constructor(tracks: readonly Track[], lengthSeconds: number) {
    this.tracks = tracks;
    this.lengthSeconds = lengthSeconds;
  }

  /**
   * @param glb Binary glTF with the animation, whose joints have the names in `joints`.
   * @param joints Those that it may move, at rest.
   * @returns Null if it has no idle clip, which is not an error.
   */
  static from(glb: ArrayBuffer, joints: readonly Object3D[]): IdleClip | null {
    try {
      const tracks = readTracks(glb, joints);
      const length = Math.max(0, ...tracks.map(({ times }) => times.at(-1)!));
      return length > 0 ? new IdleClip(tracks, length) : null;
    } catch {
      return null;
    }
  }

  /**
   * Moves the joints. Allocates nothing.
   *
   * @param amount 0 at rest .. 1 as recorded.
   */
  apply(elapsedSeconds: number, amount: number): void {
    this.lifeSeconds += elapsedSeconds;
    const speed = 1 + SPEED_RANGE * Math.sin((this.lifeSeconds * 2 * Math.PI) / SPEED_SECONDS);
    this.seconds = (this.seconds + elapsedSeconds * speed) % this.lengthSeconds;
    for (const track of this.tracks) {
      const { times, deviations, joint } = track;
      let frame = 0;
      while (frame < times.length - 2 && times[frame + 1] <= this.seconds) frame++;
      const span = times[frame + 1] - times[frame];
      const part = span > 0 ? Math.min(1, Math.max(0, (this.seconds - times[frame]) / span)) : 0;
      if (track.isTurn) {
        turn.fromArray(deviations, frame * 4).slerp(next.fromArray(deviations, frame * 4 + 4), part);
        joint.quaternion.copy(track.restTurn).multiply(turn.slerp(none, 1 - amount));
      } else {
        place.fromArray(deviations, frame * 3).lerp(nextPlace.fromArray(deviations, frame * 3 + 3), part);
        joint.position.copy(track.restPlace).addScaledVector(place, amount);
      }
    }
  }
}

const none = new Quaternion();
const turn = new Quaternion();
const next = new Quaternion();
const place = new Vector3();
const nextPlace = new Vector3();

function readTracks(glb: ArrayBuffer, joints: readonly Object3D[]): Track[] {
  const header = new DataView(glb);
  const jsonLength = header.getUint32(12, true);
  const document = JSON.parse(new TextDecoder().decode(new Uint8Array(glb, 20, jsonLength))) as Document;
  const binaryStart = 20 + jsonLength + 8;
  const animation = document.animations?.find(({ name }) => NAME.test(name ?? ''));
  if (!animation) return [];
  const byName = new Map(joints.map((joint) => [joint.name, joint]));
  const tracks: Track[] = [];
  for (const { sampler, target } of animation.channels) {
    const joint = byName.get(document.nodes?.[target.node ?? -1]?.name ?? '');
    const isTurn = target.path === 'rotation';
    if (!joint || (!isTurn && target.path !== 'translation')) continue;
    // A damaged file may move a joint any number of times.
    if (tracks.some((track) => track.joint === joint && track.isTurn === isTurn)) continue;
    const { input, output, interpolation } = animation.samplers[sampler];
    if (interpolation === 'CUBICSPLINE') continue;
    const times = floatsAt(document, glb, binaryStart, input, 1);
    const values = floatsAt(document, glb, binaryStart, output, isTurn ? 4 : 3);
    if (times.length < 2 || times.length > MAX_FRAMES || values.length !== times.length * (isTurn ? 4 : 3)) continue;
    if (isTurn) subtractMeanTurn(values);
    else subtractMean(values);
    tracks.push({ joint, isTurn, times, deviations: values, restTurn: joint.quaternion.clone(), restPlace: joint.position.clone() });
  }
  return tracks;
}

/** Values of a plain accessor; others are not supported. */
function floatsAt(document: Document, glb: ArrayBuffer, binaryStart: number, index: number, size: number): Float32Array {
  const accessor = document.accessors![index];
  const view = document.bufferViews![accessor.bufferView!];
  if (accessor.componentType !== FLOAT || accessor.sparse || (view.byteStride ?? size * 4) !== size * 4)
    throw new Error('unsupported kind of accessor');
  const start = binaryStart + (view.byteOffset ?? 0) + (accessor.byteOffset ?? 0);
  const values = new Float32Array(glb.slice(start, start + accessor.count * size * 4));
  if (values.length !== accessor.count * size || !values.every(Number.isFinite)) throw new Error('values that are not finite');
  return values;
}

function subtractMean(values: Float32Array): void {
  const mean = [0, 0, 0];
  values.forEach((value, at) => (mean[at % 3] += (value * 3) / values.length));
  values.forEach((value, at) => (values[at] = value - mean[at % 3]));
}

/** The mean of nearby rotations is the normalised mean of their components. */
function subtractMeanTurn(values: Float32Array): void {
  const sum = [0, 0, 0, 0];
  for (let at = 0; at < values.length; at += 4) {
    const sign = values[0] * values[at] + values[1] * values[at + 1] + values[2] * values[at + 2] + values[3] * values[at + 3] < 0 ? -1 : 1;
    for (let entry = 0; entry < 4; entry++) sum[entry] += sign * values[at + entry];
  }
  const inverse = new Quaternion(sum[0], sum[1], sum[2], sum[3]).normalize().invert();
  for (let at = 0; at < values.length; at += 4) new Quaternion().fromArray(values, at).premultiply(inverse).normalize().toArray(values, at);
}
