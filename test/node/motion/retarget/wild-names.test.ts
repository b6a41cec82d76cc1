/** Names that common tools write, from a recorded list. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';
import { findJointsAmong } from '../../../../src/motion/retarget/joints.js';
import { FIRST_VISEME } from '../../../../src/motion/retarget/morph-map.js';
import { readShapes } from '../../../../src/motion/retarget/names/read-shapes.js';
import { packageFolder } from '../../../../src/server/package-folder.js';
import { CHANNELS } from '../../../../src/shared/contracts/channels.js';
import { VISEMES } from '../../../../src/shared/contracts/visemes.js';
import '../../../../src/motion/retarget/names/register.js';

type Conventions = Record<string, Record<string, string>>;

const list = join(process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets'), 'wild/names.json');
const skip = existsSync(list) ? false : `no recorded input at ${list}`;

const JOINTS: Readonly<Record<string, string>> = { 'left upper arm': 'leftUpperArm' };

describe('Recorded names', { skip }, () => {
  const read = (): { morphs: Conventions; joints: Conventions } => JSON.parse(readFileSync(list, 'utf8')) as never;

  it('of shapes are understood', () => {
    for (const [convention, names] of Object.entries(read().morphs)) {
      const readings = readShapes(Object.keys(names));
      for (const [name, meaning] of Object.entries(names)) {
        const meanings = (readings.get(name)?.sources ?? []).map(({ source }) =>
          source < FIRST_VISEME ? CHANNELS[source] : `viseme ${VISEMES[source - FIRST_VISEME]}`,
        );
        assert.include(meanings, meaning.replace('half of ', ''), `${convention}: ${name}`);
      }
    }
  });

  it('of joints are understood', () => {
    for (const [convention, names] of Object.entries(read().joints)) {
      const found = findJointsAmong(Object.keys(names).map((name) => ({ name, node: name, isBone: true, isMesh: false })));
      for (const [name, meaning] of Object.entries(names)) {
        assert.equal(found[(JOINTS[meaning] ?? meaning) as 'head']?.name, name, `${convention}: ${name}`);
      }
    }
  });
});
