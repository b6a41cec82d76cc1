/**
 * Avatar files that are not built in. They are checked in a worker of their own, loaded one at a time, and refused once the render worker
 * has died of one: it draws for all avatars of the page.
 */
import { assetUrls } from '../assets/asset-choice.js';
import { asset } from '../assets/asset-urls.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { log } from '../shared/core/log.js';
import { type FileAddOn, loadFile } from '../workers/load-file.js';

/** Default of `AssetUrls.avatarTimeoutMs`. */
const TIMEOUT_MS = 15_000;
/** A file that is shown among others is refused after so many deaths of the worker. */
const MOST_DEATHS = 2;
/** The next file is loaded after this long at the latest, ms: add-ons may have to come over a slow line. */
const TURN_MS = 30_000;

type Source = string | Blob;

const locateAddOn = (name: FileAddOn): Promise<string> => asset(`workers/${name}.add-on.js`).locate();

const refused = new Set<Source>();
const deaths = new Map<Source, Set<AvatarError>>();
/** Files that are drawn, by their stages. */
const shown = new Map<object, Source>();
/** Ends waiting for a stage that is gone and answers no more. */
const leaving = new Map<object, () => void>();
let loading: Source | null = null;
let queue: Promise<unknown> = Promise.resolve();

/**
 * A copy of the file that is safe to parse.
 *
 * @param source The file's URL, or the file itself.
 * @param content The same, or its content where that is known already.
 * @param handleProgress 0..1 of the download.
 * @throws {AvatarError} `unsupportedAvatarAsset` with the reason, `failedToDownloadAvatarAssets`.
 */
export async function checkForeignFile(
  source: Source,
  content: Promise<Source>,
  handleProgress: (fraction: number) => void,
): Promise<Blob> {
  requireAllowed(source);
  const timeoutMs = assetUrls().avatarTimeoutMs ?? TIMEOUT_MS;
  return loadFile(asset('workers/loader.worker.js'), content, { timeoutMs, handleProgress, locateAddOn });
}

/**
 * Loads a checked file, when those before it have been loaded: the render worker can then have died of this one only.
 *
 * @param stage Shows it.
 * @param load Rejects with `workerFailed` when the worker dies.
 */
export function loadForeignFile<Shown>(source: Source, stage: object, load: () => Promise<Shown>): Promise<Shown> {
  const loaded = queue.then(async () => {
    requireAllowed(source);
    loading = source;
    try {
      const left = new Promise<never>((_, reject) => {
        leaving.set(stage, () => reject(new AvatarError(ErrorCode.aborted, 'The stage was disposed of')));
      });
      const result = await Promise.race([load(), left]);
      shown.set(stage, source);
      return result;
    } catch (reason) {
      if (reason instanceof AvatarError && reason.code === ErrorCode.workerFailed) refuse(source);
      throw reason;
    } finally {
      loading = null;
      leaving.delete(stage);
    }
  });
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, TURN_MS)));
  // A failure is reported to its own caller.
  queue = Promise.race([loaded.catch(() => undefined), late]).finally(() => clearTimeout(timer));
  return loaded;
}

/** The stage shows another file, or is gone. */
export function forgetForeignFile(stage: object): void {
  shown.delete(stage);
  leaving.get(stage)?.();
}

/** The worker of a stage has died. A file that was being loaded is to blame, otherwise one that was drawn. */
export function blameForeignFile(stage: object, death: AvatarError): void {
  // Before the stage is disposed of, which ends the wait for its answer.
  if (loading !== null) return refuse(loading);
  const source = shown.get(stage);
  if (source === undefined) return;
  const isAlone = new Set(shown.values()).size === 1;
  // Several stages may show it.
  const known = (deaths.get(source) ?? new Set()).add(death);
  deaths.set(source, known);
  if (isAlone || known.size >= MOST_DEATHS) refuse(source);
}

function refuse(source: Source): void {
  log.error('avatar file refused: the render worker died of it');
  refused.add(source);
}

function requireAllowed(source: Source): void {
  if (!refused.has(source)) return;
  throw new AvatarError(
    ErrorCode.unsupportedAvatarAsset,
    'The avatar file cannot be used: the renderer stopped while it was loaded or drawn',
  );
}
