/** The sources that run in the motion worker, by kind. `avatar/connection` has the one on the page. */
import { loadMouthModel } from '../motion/engine/mouth-model.js';
import type { WorkerSourceOptions } from '../shared/contracts/source-options.js';
import type { Source, SourceListener } from './source.js';
import { AppSource } from './sources/app-source.js';
import { EngineSource } from './sources/engine-source.js';
import { RelaySource } from './sources/relay-source.js';
import { ServerSource } from './sources/server-source.js';

/** @param requestToken See `SessionListener.requestToken`. */
type MakeSource<Options> = (options: Options, listener: SourceListener, requestToken: (isRefresh: boolean) => Promise<string>) => Source;

const SOURCES: { [Kind in WorkerSourceOptions['kind']]: MakeSource<WorkerSourceOptions & { kind: Kind }> } = {
  server: (options, listener, requestToken) => new ServerSource({ ...options, requestToken }, listener),
  relay: (options, listener) => new RelaySource(options, listener),
  app: (options, listener) => new AppSource(options, listener),
  engine: (_options, listener) => new EngineSource(listener),
};

export const createSource: MakeSource<WorkerSourceOptions> = (options, listener, requestToken) => {
  const source = (SOURCES[options.kind] as MakeSource<WorkerSourceOptions>)(options, listener, requestToken);
  // Loaded early where the engine computes motion, or may have to take over.
  if (source.origin === 'local' || source.timeout?.fallback === 'local') void loadMouthModel();
  return source;
};
