import { type CreateLinears, createPlainLinears } from '../motion/engine/linear.js';
import { loadMouthModel, mouthModel, setMouthModelReader } from '../motion/engine/mouth-model.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/**
 * Has the weights of the trained mouth read; engines made afterwards use them.
 *
 * @param read Gives the bytes of `models/mouth.bin`.
 * @param isDefault Of the shipped file, which is read once.
 * @param createLinears How layers are multiplied in this runtime.
 * @throws {AvatarError} `invalidConfiguration` when they cannot be had or are broken; engines use the mouth by rule then.
 */
export async function useMouthWeights(
  read: () => Promise<Uint8Array>,
  isDefault: boolean,
  createLinears: CreateLinears = createPlainLinears,
): Promise<void> {
  if (isDefault && mouthModel()) return;
  let cause: unknown;
  setMouthModelReader(
    () =>
      read().catch((reason: unknown) => {
        cause = reason;
        throw reason;
      }),
    createLinears,
  );
  if (await loadMouthModel()) return;
  const detail = cause instanceof Error ? `: ${cause.message}` : ': it is no such file';
  throw new AvatarError(ErrorCode.invalidConfiguration, `The weights of the mouth cannot be read${detail}`, { cause });
}
