/**
 * Projects splats to the ellipses that a camera sees, farthest first.
 *
 * Skinning, projection and sorting are one pass over the splats on the CPU, which takes some milliseconds for 20,000 and leaves a
 * quad per splat to the GPU. In software GL that is a third of the time of a projecting vertex shader, which would run once per
 * corner.
 *
 * With M the joint and view matrix of a splat, its centre is c = M p. The projection's derivative there is J, and
 * Σ₂ = (J M₃) Σ (J M₃)ᵀ the covariance on the screen in pixels², to which the pixel's own filter is added. The quad is
 * spanned by the eigenvectors of Σ₂, as far out as the splat can be seen.
 *
 * @see Zwicker et al. 2001, EWA Splatting; Kerbl et al. 2023, 3D Gaussian Splatting, for the filter of 0.3 pixels²
 */
import { DepthSort } from './depth-sort.js';
import type { SplatSkin } from './splat-skin.js';

/** 32-bit words of one projected splat: two texels. */
const WORDS_PER_SPLAT = 8;
/** Projected splats fill whole rows of a texture. */
export const SPLATS_PER_ROW = 512;

/** Variance of the pixel filter, pixels². */
const PIXEL_VARIANCE = 0.3;
/**
 * Extent of a splat in standard deviations, or up to an opacity of two 8-bit steps: one step would cost a seventh more pixels and
 * change the picture by 0.4 steps on average.
 */
const MAX_REACH = Math.sqrt(8);
const FAINTEST = 2;
/** Pixels per metre from which the filter is not compensated: heads are trained on pictures of about this scale. */
const TRAINED_PIXELS_PER_METRE = 1000;
/** Splats with centres further out than this, in half pictures, are not drawn. */
const MARGIN = 1.3;

/** Camera parameters of the projection: matrices and the size of the picture. */
export interface SplatCamera {
  /** `[16]`, world to view, column by column; the camera looks along −z. */
  readonly viewMatrix: ArrayLike<number>;
  /** `[16]`, a perspective. */
  readonly projectionMatrix: ArrayLike<number>;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  readonly near: number;
}

export class SplatProjector {
  /**
   * `[rows, 512, 8]`, of each splat: centre x y, first half axis x y, second half axis x y (all in normalised device
   * coordinates, as bits of a float), its extent in standard deviations (a float), red green blue opacity (bytes).
   * After `project()` the first `count` are valid, farthest first.
   */
  readonly words: Uint32Array;
  count = 0;

  private readonly floats: Float32Array;
  /** Colours of the file, and as shaded now. */
  private readonly ownColors: Uint32Array;
  private readonly colors: Uint32Array;
  private readonly reaches: Float32Array;
  private readonly skin: SplatSkin;
  private readonly sort: DepthSort;
  /** `[capacity]`: index and distance of the splats in the picture. */
  private readonly seen: Uint32Array;
  private readonly depths: Float32Array;
  /** `[joint, 12]`, joint and view, rows of a 3 × 4 matrix. */
  private readonly jointViews: Float64Array;
  private readonly blended = new Float64Array(12);

  /** @param colors `[count, 4]`, bytes. */
  constructor(colors: Uint8Array, skin: SplatSkin) {
    const count = colors.length / 4;
    this.words = new Uint32Array(Math.ceil(count / SPLATS_PER_ROW) * SPLATS_PER_ROW * WORDS_PER_SPLAT);
    this.floats = new Float32Array(this.words.buffer);
    this.ownColors = new Uint32Array(colors.slice().buffer);
    this.colors = this.ownColors.slice();
    this.reaches = Float32Array.from({ length: count }, (_, splat) => reachOf(colors[splat * 4 + 3]));
    this.skin = skin;
    this.sort = new DepthSort(count);
    this.seen = new Uint32Array(count);
    this.depths = new Float32Array(count);
    this.jointViews = new Float64Array(skin.used.length * 12);
  }

  /**
   * Fills `words`. Allocates nothing.
   *
   * @param positions `[count, 3]`, before joints move them.
   * @param covariances `[count, 6]`
   * @param jointMatrices `[joint, 16]`, column by column: from there to the world.
   */
  project(positions: Float32Array, covariances: Float32Array, jointMatrices: Float32Array, camera: SplatCamera): void {
    this.writeJointViews(jointMatrices, camera.viewMatrix);
    const seenCount = this.findSeen(positions, camera);
    const order = this.sort.sort(this.depths, seenCount);
    let count = 0;
    for (let index = 0; index < seenCount; index++) {
      if (this.write(this.seen[order[index]], count * WORDS_PER_SPLAT, positions, covariances, camera)) count++;
    }
    this.count = count;
  }

  /** Multiplies a splat's own colour by a brightness of 0..1. */
  shade(splat: number, brightness: number): void {
    const own = this.ownColors[splat];
    const red = (own & 255) * brightness;
    const green = ((own >>> 8) & 255) * brightness;
    const blue = ((own >>> 16) & 255) * brightness;
    this.colors[splat] = ((own & 0xff000000) | (blue << 16) | (green << 8) | red) >>> 0;
  }

  private writeJointViews(matrices: Float32Array, view: ArrayLike<number>): void {
    const { jointViews } = this;
    for (let joint = 0; joint * 12 < jointViews.length; joint++) {
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 4; column++) {
          let sum = 0;
          for (let k = 0; k < 4; k++) sum += view[k * 4 + row] * matrices[joint * 16 + column * 4 + k];
          jointViews[joint * 12 + row * 4 + column] = sum;
        }
      }
    }
  }

  /** The matrix of a splat; `at` is where it begins. */
  private matrixOf(splat: number): { m: Float64Array; at: number } {
    const { joints, weights } = this.skin;
    const { jointViews, blended } = this;
    const slot = splat * 4;
    found.m = jointViews;
    found.at = joints[slot] * 12;
    if (weights[slot] === 1) return found;
    blended.fill(0);
    for (let k = slot; k < slot + 4; k++) {
      const weight = weights[k];
      if (weight === 0) break;
      const from = joints[k] * 12;
      for (let entry = 0; entry < 12; entry++) blended[entry] += weight * jointViews[from + entry];
    }
    found.m = blended;
    found.at = 0;
    return found;
  }

  private findSeen(positions: Float32Array, camera: SplatCamera): number {
    const { seen, depths, reaches } = this;
    const p = camera.projectionMatrix;
    let count = 0;
    for (let splat = 0; splat < reaches.length; splat++) {
      if (reaches[splat] === 0) continue;
      const { m, at } = this.matrixOf(splat);
      const x = positions[splat * 3];
      const y = positions[splat * 3 + 1];
      const z = positions[splat * 3 + 2];
      const depth = -(m[at + 8] * x + m[at + 9] * y + m[at + 10] * z + m[at + 11]);
      if (depth < camera.near) continue;
      const cx = m[at] * x + m[at + 1] * y + m[at + 2] * z + m[at + 3];
      const cy = m[at + 4] * x + m[at + 5] * y + m[at + 6] * z + m[at + 7];
      const limit = MARGIN * depth;
      if (Math.abs(p[0] * cx - p[8] * depth) > limit || Math.abs(p[5] * cy - p[9] * depth) > limit) continue;
      seen[count] = splat;
      depths[count++] = depth;
    }
    return count;
  }

  /** False if it is not visible. */
  private write(splat: number, to: number, positions: Float32Array, covariances: Float32Array, camera: SplatCamera): boolean {
    const { m, at } = this.matrixOf(splat);
    const p = camera.projectionMatrix;
    const x = positions[splat * 3];
    const y = positions[splat * 3 + 1];
    const z = positions[splat * 3 + 2];
    const cx = m[at] * x + m[at + 1] * y + m[at + 2] * z + m[at + 3];
    const cy = m[at + 4] * x + m[at + 5] * y + m[at + 6] * z + m[at + 7];
    const near = -1 / (m[at + 8] * x + m[at + 9] * y + m[at + 10] * z + m[at + 11]);

    // Rows of J M₃, in pixels per metre.
    const focalX = p[0] * camera.width * 0.5 * near;
    const focalY = p[5] * camera.height * 0.5 * near;
    const slantX = cx * near;
    const slantY = cy * near;
    const ux = focalX * (m[at] + slantX * m[at + 8]);
    const uy = focalX * (m[at + 1] + slantX * m[at + 9]);
    const uz = focalX * (m[at + 2] + slantX * m[at + 10]);
    const vx = focalY * (m[at + 4] + slantY * m[at + 8]);
    const vy = focalY * (m[at + 5] + slantY * m[at + 9]);
    const vz = focalY * (m[at + 6] + slantY * m[at + 10]);

    const s = splat * 6;
    const xx = covariances[s];
    const xy = covariances[s + 1];
    const xz = covariances[s + 2];
    const yy = covariances[s + 3];
    const yz = covariances[s + 4];
    const zz = covariances[s + 5];
    const sx = xx * ux + xy * uy + xz * uz;
    const sy = xy * ux + yy * uy + yz * uz;
    const sz = xz * ux + yz * uy + zz * uz;
    const plainA = ux * sx + uy * sy + uz * sz;
    const b = vx * sx + vy * sy + vz * sz;
    const plainD = vx * (xx * vx + 2 * (xy * vy + xz * vz)) + vy * (yy * vy + 2 * yz * vz) + zz * vz * vz;
    const a = plainA + PIXEL_VARIANCE;
    const d = plainD + PIXEL_VARIANCE;

    const middle = (a + d) * 0.5;
    const spread = Math.sqrt((a - d) * (a - d) * 0.25 + b * b);
    const large = middle + spread;
    const small = Math.max(middle - spread, PIXEL_VARIANCE * 0.5);
    let color = this.colors[splat];
    let reach = this.reaches[splat];
    if (focalY < TRAINED_PIXELS_PER_METRE) {
      // In a small picture the filter is wider than in training: opacity is reduced by as much as the filter spreads.
      const trained = PIXEL_VARIANCE * (focalY / TRAINED_PIXELS_PER_METRE) ** 2;
      const share = ((plainA + trained) * (plainD + trained) - b * b) / (large * small);
      const opacity = Math.round((color >>> 24) * Math.sqrt(Math.max(0, Math.min(1, share))));
      reach = reachOf(opacity);
      if (reach === 0) return false;
      color = ((color & 0xffffff) | (opacity << 24)) >>> 0;
    }
    const ndcX = p[0] * slantX - p[8];
    const ndcY = p[5] * slantY - p[9];
    // Direction of the longer axis.
    let ex = b;
    let ey = large - a;
    const length = Math.sqrt(ex * ex + ey * ey);
    if (length < 1e-9) {
      ex = a >= d ? 1 : 0;
      ey = 1 - ex;
    } else {
      ex /= length;
      ey /= length;
    }
    const toX = 2 / camera.width;
    const toY = 2 / camera.height;
    const long = reach * Math.sqrt(large);
    const short = reach * Math.sqrt(small);
    const { floats, words } = this;
    floats[to] = ndcX;
    floats[to + 1] = ndcY;
    floats[to + 2] = ex * long * toX;
    floats[to + 3] = ey * long * toY;
    floats[to + 4] = -ey * short * toX;
    floats[to + 5] = ex * short * toY;
    floats[to + 6] = reach;
    words[to + 7] = color;
    return true;
  }
}

const found: { m: Float64Array; at: number } = { m: new Float64Array(12), at: 0 };

/** @param opacity 0..255, at the centre. @returns Extent of a splat in standard deviations; 0 if it is not drawn. */
function reachOf(opacity: number): number {
  return opacity > FAINTEST ? Math.min(MAX_REACH, Math.sqrt(2 * Math.log(opacity / FAINTEST))) : 0;
}
