/**
 * Where the trained mouth comes from. The engine is plain ES and can load nothing: each runtime says once how the file
 * `models/mouth.bin` is read there (a fetch in a worker, the file system in a server), and it is read on first use. Engines
 * made before it is there, or where it cannot be had, use the mouth by rule.
 */
import { type CreateLinears, createPlainLinears } from './linear.js';
import { readSpeechModel, type SpeechModel } from './speech-model.js';

type ReadModel = () => Promise<Uint8Array> | Uint8Array;

let model: SpeechModel | null = null;
let read: ReadModel | null = null;
let multiply = createPlainLinears;
let loading: Promise<boolean> | null = null;

/**
 * @param readFile Gives the bytes of `mouth.bin`; called when the first engine is about to be used, and again after a failure.
 * @param createLinears How layers are multiplied in this runtime; default in plain code.
 */
export function setMouthModelReader(readFile: ReadModel, createLinears: CreateLinears = createPlainLinears): void {
  read = readFile;
  multiply = createLinears;
  loading = null;
}

/**
 * Has the model read unless it was already. Engines made afterwards use it.
 *
 * @returns False when there is none, it could not be read or is broken: then engines go on with the mouth by rule. Never rejects.
 */
export function loadMouthModel(): Promise<boolean> {
  loading ??= load();
  return loading;
}

/** The model that engines use, or null. */
export function mouthModel(): SpeechModel | null {
  return model;
}

async function load(): Promise<boolean> {
  if (!read) return false;
  try {
    model = readSpeechModel(await read(), multiply);
    return true;
  } catch {
    // Whoever needs it next asks again.
    loading = null;
    return false;
  }
}
