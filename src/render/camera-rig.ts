/**
 * The camera: positioned by the view, moved around the head by the orbit; the transform shifts and scales the picture. Changes of
 * view, orbit and transform are eased; a new avatar or aspect ratio applies at once.
 *
 *     place = pivot + r · (sin φ sin θ, cos φ, sin φ cos θ)
 *
 * θ goes to the right around the character, φ down from straight above; looking along −z is θ = 0, φ = 90°.
 */
import { Matrix4, PerspectiveCamera } from 'three';
import type { FramingAnchors } from '../shared/contracts/framing.js';
import type { StageSettings } from '../shared/contracts/stage-settings.js';
import { type CameraFraming, frameCamera } from '../shared/core/frame-camera.js';

/** Half-life of easing, s. */
const HALF_WAY_SECONDS = 0.09;
/** Relative distance to its goal at which easing ends. */
const ARRIVED = 1e-4;
/** Middle of a head behind its eyes, in units of (top of the head − eye line). */
const PIVOT_BEHIND_EYES = 0.6;
/** Near plane, m. */
const MIN_NEAR = 0.01;

/** The eased values: x and y of the pivot, distance, azimuth, polar angle, shift right, shift up, logarithm of the scale. */
const VALUE_COUNT = 8;

/** The stage's settings of the camera; in `calm`, changes are not eased. */
type RigSettings = Pick<StageSettings, 'view' | 'orbit' | 'transform' | 'motionStyle'>;

export class CameraRig {
  readonly camera = new PerspectiveCamera();
  private settings: RigSettings;
  private anchors: FramingAnchors | null = null;
  private aspect = 1;
  private readonly framing: CameraFraming = { x: 0, y: 0, z: 0, fovDegrees: 0 };
  private readonly goal = new Float64Array(VALUE_COUNT);
  private readonly current = new Float64Array(VALUE_COUNT);
  private isMoving = false;

  constructor(settings: RigSettings) {
    this.settings = settings;
  }

  configure(changes: Partial<RigSettings>): void {
    this.settings = { ...this.settings, ...changes };
    this.aim();
  }

  /** Sets the avatar and the aspect ratio of the picture. @param aspect Width / height. */
  frame(anchors: FramingAnchors, aspect: number): void {
    this.anchors = anchors;
    this.aspect = aspect;
    this.aim();
    this.arrive();
  }

  /** Advances towards its goals; call once per frame. */
  update(elapsedSeconds: number): void {
    if (!this.isMoving) return;
    if (this.settings.motionStyle === 'calm') return this.arrive();
    const share = 1 - 2 ** (-elapsedSeconds / HALF_WAY_SECONDS);
    let isNear = true;
    for (let value = 0; value < VALUE_COUNT; value++) {
      const rest = this.goal[value] - this.current[value];
      this.current[value] += rest * share;
      if (Math.abs(rest) > ARRIVED * Math.max(1, Math.abs(this.goal[value]))) isNear = false;
    }
    if (isNear) this.arrive();
    else this.place();
  }

  private arrive(): void {
    this.current.set(this.goal);
    this.isMoving = false;
    this.place();
  }

  private aim(): void {
    const { anchors, framing, goal } = this;
    const { view, orbit, transform } = this.settings;
    if (!anchors) return;
    frameCamera(view, anchors, this.aspect, framing);
    const distance = framing.z - this.pivotZ(anchors);
    goal[0] = framing.x;
    goal[1] = framing.y;
    goal[2] = orbit.isRelative ? distance * orbit.radius : orbit.radius;
    goal[3] = orbit.thetaRadians;
    goal[4] = orbit.phiRadians;
    goal[5] = transform.x;
    goal[6] = transform.y;
    goal[7] = Math.log(transform.scale);
    this.isMoving = true;
  }

  private pivotZ(anchors: FramingAnchors): number {
    return anchors.eyes.z - (anchors.topY - anchors.eyes.y) * PIVOT_BEHIND_EYES;
  }

  private place(): void {
    const { camera, framing, anchors } = this;
    if (!anchors) return;
    const [x, y, radius, theta, phi, shiftX, shiftY, logScale] = this.current;
    const z = this.pivotZ(anchors);
    const around = Math.sin(phi) * radius;
    camera.position.set(x + around * Math.sin(theta), y + Math.cos(phi) * radius, z + around * Math.cos(theta));
    camera.rotation.set(phi - Math.PI / 2, theta, 0, 'YXZ');
    camera.fov = framing.fovDegrees;
    camera.aspect = this.aspect;
    // From any side, the model reaches as far as it is high, wide or deep.
    const extent = Math.max(anchors.topY - anchors.bottomY, anchors.halfWidth * 2, (anchors.frontZ ?? z) - z);
    camera.near = Math.max(radius * 0.1, radius - extent, MIN_NEAR);
    camera.far = radius * 3 + extent * 2;
    camera.updateProjectionMatrix();
    shift.makeScale(Math.exp(logScale), Math.exp(logScale), 1).setPosition(shiftX, shiftY, 0);
    camera.projectionMatrix.premultiply(shift);
    camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
  }
}

const shift = new Matrix4();
