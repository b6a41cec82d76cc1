/** From attributes to how the avatar is presented. */
import type { AvatarError } from '../shared/contracts/errors.js';
import type { View } from '../shared/contracts/framing.js';
import type { Renderer } from '../shared/contracts/stage.js';
import { AttributeChecks, knownOf, numberFrom } from './attribute-checks.js';

/** The properties of the element that its presentation comes from. */
export interface PresentationProperties {
  view: View;
  loading: 'lazy' | 'eager';
  renderer: Renderer | 'auto';
  /** What is no number changes nothing. */
  volume: number;
}

export const PRESENTATION_PROPERTIES: readonly (keyof PresentationProperties)[] = ['view', 'loading', 'renderer', 'volume'];

const VIEWS = ['portrait', 'bust', 'full'] as const;
const LOADINGS = ['lazy', 'eager'] as const;
const RENDERERS = ['auto', 'webgl', 'webgpu'] as const;

/** @returns What is wrong with the properties, each with the attribute's name. Empty when they can work. */
export function presentationErrors({ view, loading, renderer, volume }: PresentationProperties): AvatarError[] {
  const checks = new AttributeChecks();
  checks.choice('view', view, VIEWS);
  checks.choice('loading', loading, LOADINGS);
  checks.choice('renderer', renderer, RENDERERS);
  checks.that(Number.isFinite(numberFrom(volume, 1)), 'volume is a number from 0 to 1.');
  return checks.errors;
}

/** Values that cannot work are replaced by their defaults; `presentationErrors` has told of them. */
export function presentationSettings({ view, loading, renderer, volume }: PresentationProperties) {
  return {
    view: knownOf(view, VIEWS),
    isEager: loading === 'eager',
    renderer: knownOf(renderer, RENDERERS),
    volume: numberFrom(volume, 1),
  };
}
