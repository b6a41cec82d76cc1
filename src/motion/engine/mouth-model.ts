/**
 * Loads the weights of the trained mouth. The engine is plain ES and cannot load files itself: each runtime sets once how
 * `models/mouth.bin` is read (a fetch in a worker, the file system in a server), and it is read on first use. Engines that are
 * created before the weights are loaded, or where they cannot be, use the rule-based mouth.
 */
import { Lazy } from '../../shared/core/lazy.js';
import { type CreateLinears, createPlainLinears } from './linear.js';
import { readSpeechModel, type SpeechModel } from './speech-model.js';

type ReadModel = () => Promise<Uint8Array> | Uint8Array;

let model: Lazy<SpeechModel> | null = null;

/**
 * @param readFile Returns the bytes of `mouth.bin`; called before the first engine is used, and again after a failure.
 * @param createLinears Implementation of the layers' matrix products. Default: plain code.
 */
export function setMouthModelReader(readFile: ReadModel, createLinears: CreateLinears = createPlainLinears): void {
  model = new Lazy(async () => readSpeechModel(await readFile(), createLinears));
}

/**
 * Loads the model unless it is loaded. Engines that are created afterwards use it.
 *
 * @returns False when no reader is set, or the file cannot be read or is damaged: engines then use the rule-based mouth. Never rejects.
 */
export async function loadMouthModel(): Promise<boolean> {
  try {
    return (await model?.get()) !== undefined;
  } catch {
    // The next call tries again.
    return false;
  }
}

/** The loaded model, or null. */
export function mouthModel(): SpeechModel | null {
  return model?.value ?? null;
}
