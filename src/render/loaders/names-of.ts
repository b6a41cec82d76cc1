import { FIRST_PRESET, FIRST_VISEME } from '../../motion/retarget/morph-map.js';
import type { ShapeReading } from '../../motion/retarget/names/shape-reader.js';
import { PRESETS } from '../../motion/retarget/presets.js';
import { CHANNELS } from '../../shared/contracts/channels.js';
import type { ReadName } from '../../shared/contracts/stage.js';
import { VISEMES } from '../../shared/contracts/visemes.js';
import type { FoundJoints } from '../pose-rig.js';

/** Names in a report; recognised ones come first. */
const MAX_NAMES = 400;
/** Names in files can have any length. */
const MAX_LETTERS = 100;

/** How an avatar's names were read. @param shapes All names of shapes. @param readings Those of recognised names. */
export function namesOf(shapes: readonly string[], readings: ReadonlyMap<string, ShapeReading>, joints: FoundJoints = {}): ReadName[] {
  const read = Object.entries(joints).map(
    ([joint, { name, convention }]): ReadName => ({ name, kind: 'joint', means: [joint], convention }),
  );
  const unread: ReadName[] = [];
  for (const name of new Set(shapes)) {
    const reading = readings.get(name);
    if (reading)
      read.push({ name, kind: 'shape', means: reading.sources.map(({ source }) => meaningOf(source)), convention: reading.convention });
    else unread.push({ name, kind: 'shape', means: [], convention: null });
  }
  return [...read, ...unread].slice(0, MAX_NAMES).map((entry) => ({ ...entry, name: entry.name.slice(0, MAX_LETTERS) }));
}

function meaningOf(source: number): string {
  if (source >= FIRST_PRESET) return `expression ${PRESETS[source - FIRST_PRESET]}`;
  return source >= FIRST_VISEME ? `viseme ${VISEMES[source - FIRST_VISEME]}` : CHANNELS[source];
}
