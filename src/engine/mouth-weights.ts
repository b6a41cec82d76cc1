import { type CreateLinears, createPlainLinears } from '../motion/engine/linear.js';
import { loadMouthModel, mouthModel, setMouthModelReader } from '../motion/engine/mouth-model.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/**
 * Loads the weights of the trained mouth; engines created afterwards use them.
 *
 * @param read Returns the bytes of `models/mouth.bin`.
 * @param isDefault True for the file of the package, which is read once.
 * @param createLinears Implementation of the layers' matrix products in this runtime.
 * @throws {AvatarError} `invalidConfiguration` if they cannot be loaded or are damaged; engines then use the rule-based mouth.
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
  const detail = cause instanceof Error ? `: ${cause.message}` : ': not a speech model';
  throw new AvatarError(ErrorCode.invalidConfiguration, `The weights of the mouth cannot be read${detail}`, { cause });
}
