import { assert } from '#test';

import { AvatarError } from '../../src/shared/contracts/errors.js';

/** The code of the `AvatarError` that an action throws; says so when it throws none. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.instanceOf(error, AvatarError);
    return (error as AvatarError).code;
  }
  return 'nothing thrown';
}
