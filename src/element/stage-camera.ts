/** Camera and picture transform by the element's attributes. Loaded when one of them is used. */
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { type CameraOrbit, DEFAULT_STAGE_SETTINGS, type PictureTransform, type StageSettings } from '../shared/contracts/stage-settings.js';
import { cameraOrbitFrom, cameraOrbitText, pictureTransformFrom } from './camera-settings.js';

/** Turn by a drag over the whole width or height, radians. */
const DRAG_RADIANS = Math.PI;
/** Turn per press of an arrow key, radians. */
const KEY_RADIANS = Math.PI / 24;
/** From further above or below, the face is not visible. */
const MIN_PHI = Math.PI * 0.2;
const MAX_PHI = Math.PI * 0.7;
const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The part of the element that the camera reads and writes. */
export interface CameraHost extends HTMLElement {
  cameraOrbit: string | null;
  readonly transform: string | Partial<PictureTransform> | null;
  readonly cameraControls: boolean;
  handleError(error: AvatarError): void;
}

export class StageCamera {
  private readonly host: CameraHost;
  private readonly configure: (changes: Partial<StageSettings>) => void;
  private orbitSetting: CameraHost['cameraOrbit'] = null;
  private transformSetting: CameraHost['transform'] = null;
  private orbit: CameraOrbit = DEFAULT_STAGE_SETTINGS.orbit;
  private drag: { pointer: number; x: number; y: number } | null = null;
  private listening: AbortController | null = null;

  /** @param configure Changes the stage's settings, see `AvatarLifecycle.configure`. */
  constructor(host: CameraHost, configure: (changes: Partial<StageSettings>) => void) {
    this.host = host;
    this.configure = configure;
  }

  /** Applies what the attributes say now. */
  update(): void {
    const { host } = this;
    if (host.cameraOrbit !== this.orbitSetting) {
      this.orbitSetting = host.cameraOrbit;
      this.orbit = this.read(() => cameraOrbitFrom(host.cameraOrbit)) ?? DEFAULT_STAGE_SETTINGS.orbit;
      this.configure({ orbit: this.orbit });
    }
    if (host.transform !== this.transformSetting) {
      this.transformSetting = host.transform;
      this.configure({ transform: this.read(() => pictureTransformFrom(host.transform)) ?? DEFAULT_STAGE_SETTINGS.transform });
    }
    if (host.cameraControls) this.listen();
    else this.stopListening();
  }

  private stopListening(): void {
    this.listening?.abort();
    this.listening = this.drag = null;
  }

  private read<Value>(parse: () => Value): Value | null {
    try {
      return parse();
    } catch (reason) {
      this.host.handleError(avatarErrorFrom(reason, ErrorCode.invalidConfiguration));
      return null;
    }
  }

  private listen(): void {
    if (this.listening) return;
    const { host } = this;
    const { signal } = (this.listening = new AbortController());
    host.addEventListener('pointerdown', this.handleDown, { signal });
    host.addEventListener('pointermove', this.handleMove, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) host.addEventListener(end, this.handleUp, { signal });
    host.addEventListener('keydown', this.handleKey, { signal });
    host.addEventListener('dblclick', this.handleDoubleClick, { signal });
  }

  private turn(theta: number, phi: number): void {
    const { orbit } = this;
    const phiRadians = Math.min(Math.max(orbit.phiRadians + phi, MIN_PHI), MAX_PHI);
    this.host.cameraOrbit = cameraOrbitText({ ...orbit, thetaRadians: orbit.thetaRadians + theta, phiRadians });
    this.update();
  }

  private readonly handleDown = (event: PointerEvent): void => {
    // Buttons and slotted content above the picture are not draggable.
    const isPicture = event.composedPath().some((target) => (target as Partial<Element>).localName === 'canvas');
    if (event.button !== 0 || !event.isPrimary || !isPicture) return;
    this.drag = { pointer: event.pointerId, x: event.clientX, y: event.clientY };
    this.host.setPointerCapture(event.pointerId);
  };

  private readonly handleMove = (event: PointerEvent): void => {
    const { drag, host } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    const { width, height } = host.getBoundingClientRect();
    this.turn(((drag.x - event.clientX) / width) * DRAG_RADIANS, ((drag.y - event.clientY) / height) * DRAG_RADIANS);
    drag.x = event.clientX;
    drag.y = event.clientY;
  };

  private readonly handleUp = (event: PointerEvent): void => {
    if (event.pointerId === this.drag?.pointer) this.drag = null;
  };

  private readonly handleKey = (event: KeyboardEvent): void => {
    const direction = KEYS[event.key];
    if (!direction || event.defaultPrevented || event.composedPath()[0] !== this.host) return;
    event.preventDefault();
    this.turn(direction[0] * KEY_RADIANS, direction[1] * KEY_RADIANS);
  };

  private readonly handleDoubleClick = (): void => {
    this.host.cameraOrbit = null;
    this.update();
  };
}
