import type { ChannelNames } from '../../../shared/contracts/channel-names.js';
import { CHANNEL_INDEX } from '../../../shared/contracts/channels.js';
import { VISEME_INDEX, type Viseme } from '../../../shared/contracts/visemes.js';
import { FIRST_PRESET, FIRST_VISEME } from '../morph-map.js';
import { MID_SUFFIX } from '../name-reader.js';
import { readShape, type ShapeReading, visemeReading } from './shape-reader.js';
import { SHAPE_LEXICON } from './shape-words.js';
import { commonPrefix, pathOf } from './split-name.js';
import { bareSetOf, OCULUS, POLLY, visemesIn } from './viseme-sets.js';

/** The vowels are VRM's first presets. */
const VOWEL_COUNT = 5;
/** What the page says goes before a shape's own name. */
const OWN_FIRST = 1000;

/**
 * Reads the names of all shapes of a model together: a prefix of most of them is ignored, and labels such as `A`, `E`, `O` are
 * visemes if there are several of them.
 *
 * @param table The page's own names, which take precedence.
 * @returns Readings by name, without unknown names.
 */
export function readShapes(names: Iterable<string>, table: ChannelNames = {}): Map<string, ShapeReading> {
  const readings = new Map<string, ShapeReading>();
  const unread = new Set<string>();
  const all = [...new Set(names)];
  for (const name of all) {
    if (Object.hasOwn(table, name)) {
      const own = readingOf(table[name]);
      if (own) readings.set(name, own);
      continue;
    }
    const reading = readShape(name.replace(MID_SUFFIX, ''));
    if (reading) readings.set(name, reading);
    else unread.add(name);
  }
  const prefix = commonPrefix(all, (word) => SHAPE_LEXICON.has(word));
  if (prefix) {
    for (const name of unread) {
      const reading = name.startsWith(prefix) ? readShape(name.slice(prefix.length)) : null;
      if (!reading) continue;
      readings.set(name, reading);
      unread.delete(name);
    }
  }
  readPolly(readings);
  const labels = new Map([...unread].map((name) => [name, pathOf(name.startsWith(prefix) ? name.slice(prefix.length) : name).pop() ?? '']));
  const read = [...readings.values()];
  const isFace = read.length > 0 || [...labels.values()].every((label) => visemesIn(OCULUS, label));
  const set = read.some(speaks) ? null : bareSetOf([...labels.values()], isFace && !read.some(opensJaw));
  if (set) {
    for (const [name, label] of labels) {
      const visemes = visemesIn(set, label);
      if (visemes) readings.set(name, visemeReading(visemes, set.name));
    }
  }
  return readings;
}

/** Polly's labels differ only in case, and one of them is not a letter. */
function readPolly(readings: Map<string, ShapeReading>): void {
  const labels = [...readings].flatMap(([name, { sources }]) => {
    const label = /viseme[\s_.-]?(\S)$/i.exec(name)?.[1];
    return label && sources[0].source >= FIRST_VISEME ? [{ name, label }] : [];
  });
  const spelled = new Set(labels.map(({ label }) => label));
  if (!['S', 'T', 'E', 'O'].some((label) => spelled.has(label) && spelled.has(label.toLowerCase()))) return;
  for (const { name, label } of labels) {
    const visemes = visemesIn(POLLY, label);
    if (visemes) readings.set(name, visemeReading(visemes, POLLY.name));
  }
}

/** A viseme or a vowel. */
function speaks({ sources }: ShapeReading): boolean {
  return sources.some(({ source }) => source >= FIRST_VISEME && source < FIRST_PRESET + VOWEL_COUNT);
}

function opensJaw({ sources }: ShapeReading): boolean {
  return sources.some(({ source }) => source === CHANNEL_INDEX.jawOpen);
}

function readingOf(target: ChannelNames[string]): ShapeReading | null {
  if (target === null) return null;
  if (target.startsWith('viseme_'))
    return visemeReading([{ viseme: VISEME_INDEX[target.slice('viseme_'.length) as Viseme], rank: -OWN_FIRST }], 'page');
  const source = (CHANNEL_INDEX as Readonly<Record<string, number>>)[target];
  return source === undefined ? null : { sources: [{ source, factor: 1, rank: -OWN_FIRST }], convention: 'page' };
}
