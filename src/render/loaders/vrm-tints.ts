import type { VRMExpression } from '@pixiv/three-vrm';
import { type BoundMorph, type MorphOptions, mapMorphs } from '../../motion/retarget/map-morphs.js';
import type { MorphMap } from '../../motion/retarget/morph-map.js';
import { ARKIT_CHANNELS } from '../../shared/contracts/channels.js';

/** Threshold of binary expressions. */
const BINARY_WEIGHT = 0.5;

/** The part of an expression that changes a material: its colour, or its texture transform. */
interface MaterialBind {
  readonly material?: object;
  /** The colour to change; null for a texture transform. */
  readonly type?: string;
  applyWeight(weight: number): void;
  clearAppliedWeight(): void;
}

/**
 * The part of a VRM's expressions that shapes do not show: blushes, drawn mouths, eyes and brows. Each has one weight from the
 * same map as shapes.
 */
export class VrmTints {
  /** Channels of these expressions. */
  readonly channels: readonly string[];
  private readonly expressions: readonly { binds: readonly MaterialBind[]; isBinary: boolean }[];
  private readonly map: MorphMap;
  private readonly weights: Float32Array;
  private readonly applied: Float32Array;

  /** @param factorOf Weight of an expression at weight 1 of its channels. */
  constructor(
    expressions: readonly VRMExpression[],
    factorOf: (expression: string) => number,
    options: Pick<MorphOptions, 'hasEyeJoints' | 'blinkOverriders'>,
  ) {
    const tinting = expressions
      .map(({ expressionName, isBinary, binds }) => ({ expressionName, isBinary, binds: materialBinds(binds) }))
      .filter(({ binds }) => binds.length > 0);
    this.expressions = tinting;
    const bound = tinting.map(
      ({ expressionName }, morph): BoundMorph => ({ morph, expression: expressionName, factor: factorOf(expressionName) }),
    );
    const { maps, missingChannels, approximatedChannels } = mapMorphs([tinting.map(() => '')], { ...options, bound: [bound] });
    this.map = maps[0];
    this.channels = ARKIT_CHANNELS.filter((name) => !missingChannels.includes(name) || approximatedChannels.includes(name));
    this.weights = new Float32Array(tinting.length);
    this.applied = new Float32Array(tinting.length);
  }

  /** @param pose `[58]`. Only read. */
  apply(pose: Float32Array): void {
    const { expressions, weights, applied } = this;
    this.map.apply(pose, weights);
    let hasChanged = false;
    for (let index = 0; index < weights.length; index++) {
      if (expressions[index].isBinary) weights[index] = weights[index] > BINARY_WEIGHT ? 1 : 0;
      if (weights[index] === applied[index]) continue;
      applied[index] = weights[index];
      hasChanged = true;
    }
    if (!hasChanged) return;
    for (const { binds } of expressions) for (const bind of binds) bind.clearAppliedWeight();
    for (let index = 0; index < weights.length; index++) {
      if (weights[index] > 0) for (const bind of expressions[index].binds) bind.applyWeight(weights[index]);
    }
  }
}

/** A material of several meshes is listed once for each: without this it would be changed several times. */
function materialBinds(binds: readonly object[]): MaterialBind[] {
  const found: MaterialBind[] = [];
  for (const bind of binds as MaterialBind[]) {
    if (bind.material && !found.some(({ material, type }) => material === bind.material && type === bind.type)) found.push(bind);
  }
  return found;
}
