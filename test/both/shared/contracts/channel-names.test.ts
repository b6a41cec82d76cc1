import { assert, describe, it } from '#test';
import { type ChannelNames, checkChannelNames } from '../../../../src/shared/contracts/channel-names.js';
import { AvatarError, ErrorCode } from '../../../../src/shared/contracts/errors.js';

function messageOf(names: unknown): string {
  try {
    checkChannelNames(names);
    return '';
  } catch (error) {
    return error instanceof AvatarError && error.code === ErrorCode.invalidConfiguration ? error.message : `not an AvatarError: ${error}`;
  }
}

describe('A table of channel names', () => {
  it('takes channels, visemes, joints and null', () => {
    const names: ChannelNames = { Mund_auf: 'jawOpen', A: 'viseme_aa', Kopf_2: 'head', Arm_links: 'leftUpperArm', alt: null };
    assert.deepEqual(checkChannelNames(names), names);
  });

  it('is refused with the entry that cannot work', () => {
    for (const target of ['jawopen', 'viseme_xx', 'tail', 5, undefined, {}, 'headYaw', 'toString']) {
      assert.include(messageOf({ Mund_auf: target }), '"Mund_auf"', String(target));
    }
    for (const table of [null, undefined, 'jawOpen', 3, ['jawOpen']]) assert.include(messageOf(table), 'Mund_auf', String(table));
  });

  it('is a copy that the page cannot change afterwards', () => {
    const names: Record<string, 'jawOpen' | 'head'> = { a: 'jawOpen' };
    const checked = checkChannelNames(names);
    names.a = 'head';
    assert.equal(checked.a, 'jawOpen');
  });
});
