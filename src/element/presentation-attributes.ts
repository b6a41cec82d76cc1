/** The element's attributes for loading, drawing and volume. */
import type { AttributeTable } from '../shared/contracts/attribute-table.js';

export const PRESENTATION_ATTRIBUTES = {
  loading: { property: 'loading', values: ['lazy', 'eager'] },
  renderer: { property: 'renderer', values: ['auto', 'webgl', 'webgpu'] },
  // Beyond 0..1 it is clamped, not refused.
  volume: { property: 'volume', default: 1, requirement: 'a number from 0 to 1', isValid: Number.isFinite },
} as const satisfies AttributeTable;
