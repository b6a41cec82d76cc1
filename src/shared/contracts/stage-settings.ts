/**
 * The settings of a stage. Their owner on the page is `AvatarLifecycle`, which outlives stages; `Stage.configure` applies
 * changes. A setting that is an attribute of the element is a row of `STAGE_ATTRIBUTES`.
 */
import type { AttributeTable, SettingsOf } from './attribute-table.js';
import { VIEWS } from './framing.js';
import { DEFAULT_LIFE, LIFE_ATTRIBUTES } from './life-settings.js';

/** Where the camera is relative to the head of the avatar. */
export interface CameraOrbit {
  /** To the right around the character, from its front. */
  thetaRadians: number;
  /** From straight above; π/2 is level. */
  phiRadians: number;
  /** Distance: a multiple of the view's own, or metres. > 0. */
  radius: number;
  isRelative: boolean;
}

/** Shifts and scales the picture. x −1 left..1 right and y −1 bottom..1 top, in halves of the picture; scale > 0. */
export interface PictureTransform {
  x: number;
  y: number;
  scale: number;
}

/** A point of the picture, −1..1 from its left edge to the right and from the bottom to the top; beyond: outside of the picture. */
export interface GazePoint {
  x: number;
  y: number;
}

export const STAGE_ATTRIBUTES = { view: { property: 'view', values: VIEWS }, ...LIFE_ATTRIBUTES } as const satisfies AttributeTable;

export type AttributeSettings = SettingsOf<typeof STAGE_ATTRIBUTES>;

export interface StageSettings extends AttributeSettings {
  orbit: CameraOrbit;
  transform: PictureTransform;
  /** Point that the character looks at; null: as `gaze` says. */
  gazePoint: GazePoint | null;
}

export const DEFAULT_STAGE_SETTINGS: Readonly<StageSettings> = Object.freeze({
  view: 'portrait',
  ...DEFAULT_LIFE,
  orbit: { thetaRadians: 0, phiRadians: Math.PI / 2, radius: 1, isRelative: true },
  transform: { x: 0, y: 0, scale: 1 },
  gazePoint: null,
});
