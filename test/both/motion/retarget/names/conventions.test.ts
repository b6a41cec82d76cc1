import { assert, describe, it } from '#test';
import { findJointsAmong } from '../../../../../src/motion/retarget/joints.js';
import { FIRST_PRESET, FIRST_VISEME } from '../../../../../src/motion/retarget/morph-map.js';
import { readShapes } from '../../../../../src/motion/retarget/names/read-shapes.js';
import { PRESETS } from '../../../../../src/motion/retarget/presets.js';
import type { ChannelNames } from '../../../../../src/shared/contracts/channel-names.js';
import { CHANNELS } from '../../../../../src/shared/contracts/channels.js';
import { VISEMES } from '../../../../../src/shared/contracts/visemes.js';
import { OTHER_NAMES } from './false-friends.js';
import { JOINT_CONVENTIONS } from './joint-conventions.js';
import { type Convention, SHAPE_CONVENTIONS } from './shape-conventions.js';
import '../../../../../src/motion/retarget/names/register.js';

function meaningOf(source: number): string {
  if (source >= FIRST_PRESET) return `expression ${PRESETS[source - FIRST_PRESET]}`;
  return source >= FIRST_VISEME ? `viseme ${VISEMES[source - FIRST_VISEME]}` : CHANNELS[source];
}

function shapesOf(names: readonly string[], table?: ChannelNames): Map<string, string[]> {
  return new Map([...readShapes(names, table)].map(([name, { sources }]) => [name, sources.map(({ source }) => meaningOf(source))]));
}

function jointsOf(names: readonly string[], table?: ChannelNames): Map<string, string[]> {
  const found = findJointsAmong(
    names.map((name) => ({ name, node: name, isBone: true, isMesh: false })),
    table,
  );
  return new Map(Object.entries(found).map(([joint, { name }]) => [name, [joint]]));
}

/** Names whose meaning differs from what the table says. */
function wrongIn({ names }: Convention, read: (names: readonly string[]) => Map<string, string[]>): string[] {
  const readings = read(Object.keys(names));
  return Object.entries(names).flatMap(([name, meaning]) => {
    const wanted = meaning.split(/\+| (?!aa|PP|FF|TH|DD|kk|CH|SS|nn|RR|E\b|ih|oh|ou|ee|sil|blink|happy)/).filter((word) => word !== '');
    const found = readings.get(name) ?? [];
    return [...found].sort().join() === [...wanted].sort().join() ? [] : [`${name}: ${found.join(' ') || 'nothing'}`];
  });
}

describe('The names of shapes', () => {
  for (const convention of SHAPE_CONVENTIONS) {
    it(`are read as ${convention.name} writes them`, () => assert.deepEqual(wrongIn(convention, shapesOf), []));
  }

  it('are read in the page’s own words, which go before everything else', () => {
    const table: ChannelNames = { Mund_auf: 'jawOpen', A: 'viseme_aa', jawOpen: null };
    assert.deepEqual(Object.fromEntries(shapesOf(['Mund_auf', 'A', 'jawOpen', 'constructor'], table)), {
      Mund_auf: ['jawOpen'],
      A: ['viseme aa'],
    });
  });

  it('count as visemes without any prefix only where a model has several, or a face and no other mouth', () => {
    assert.equal(shapesOf(['A', 'B', 'Basis']).size, 0);
    assert.equal(shapesOf(['aa', 'Fat']).size, 0);
    // Shapes without names are numbered.
    const numbers = Array.from({ length: 30 }, (_, index) => String(index));
    assert.equal(shapesOf(numbers).size, 0);
    assert.deepEqual(shapesOf([...numbers, 'eyeBlinkLeft']).get('21'), ['viseme PP']);
    assert.deepEqual(shapesOf(['aa', 'eyeBlinkLeft']).get('aa'), ['viseme aa']);
    assert.equal(shapesOf(['aa', 'jawOpen']).get('aa'), undefined);
  });
});

describe('The names of joints', () => {
  for (const convention of JOINT_CONVENTIONS) {
    it(`are read as ${convention.name} writes them`, () => assert.deepEqual(wrongIn(convention, jointsOf), []));
  }

  it('are read in the page’s own words, which go before everything else', () => {
    assert.deepEqual(Object.fromEntries(jointsOf(['Kopf_2', 'Head', 'Neck'], { Kopf_2: 'head', Neck: null })), { Kopf_2: ['head'] });
  });

  it('of bones go before those of other nodes', () => {
    const candidate = (node: string, isBone: boolean) => ({ name: 'Head', node, isBone, isMesh: false });
    assert.equal(findJointsAmong([candidate('group', false), candidate('bone', true)]).head?.node, 'bone');
  });
});

describe('Names of any length', () => {
  it('are read in no time, or not at all', () => {
    const long = ['a', 'jaw', 'eye_', 'h ', 'l', 'A.', 'left_', '__', 'viseme_', 'あ'].map((part) => part.repeat(200_000 / part.length));
    const startMs = performance.now();
    assert.equal(shapesOf([...long, 'jawOpen']).size + jointsOf([...long, 'Head']).size, 2);
    assert.isBelow(performance.now() - startMs, 1000);
  });
});

describe('Names that mean something else', () => {
  it('are 200 and more, each listed once', () => {
    assert.isAtLeast(OTHER_NAMES.length, 200);
    assert.equal(new Set(OTHER_NAMES).size, OTHER_NAMES.length);
  });

  it('are neither shapes nor joints, one by one and beside a face', () => {
    const accepted = OTHER_NAMES.filter((name) => shapesOf([name]).size + jointsOf([name]).size > 0);
    assert.deepEqual(accepted, []);
    const face = ['jawOpen', 'eyeBlinkLeft', 'eyeBlinkRight'];
    assert.deepEqual([...shapesOf([...face, ...OTHER_NAMES]).keys()], face);
    assert.deepEqual([...jointsOf(['Head', ...OTHER_NAMES]).keys()], ['Head']);
  });
});
