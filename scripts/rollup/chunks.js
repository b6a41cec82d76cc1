/**
 * Which module of the page goes into which chunk. A chunk is what one feature needs, loaded by one request: a chunk for each
 * `import()` would make a page wait for one request after the other.
 */
import { relative, resolve, sep } from 'node:path';

/** The first script, and with it everything that it imports, so that one request defines the element. */
const FIRST = 'spatius-avatar';

/**
 * Chunk → the modules that begin it when they are imported on demand, as paths below `src`: the first pattern that matches
 * counts. `avatar` is what every page loads before and soon after the first picture, `speech` what it loads to speak.
 */
const CHUNKS = {
  room: /^speech\/room\//,
  report: /diagnos|report|stats|device-facts/,
  recording: /recording|captur|seekable/,
  microphone: /user-|live-source|microphone/,
  controls: /controls|captions|translations/,
  speech: /^(audio|speech|motion)\/|motion-source|token|speech/,
  avatar: /./,
};
/** What two chunks import goes into the one that comes first here: no visit waits for a chunk that is rarer than its own. */
const PRIORITY = ['avatar', 'speech', 'controls', 'recording', 'microphone', 'report', 'room'];

/**
 * @param source Folder of the compiled modules.
 * @param entry Path of the entry that is the first script.
 * @returns Rollup's `manualChunks`. What another entry alone imports stays with that entry.
 */
export function pageChunks(source, entry) {
  let chunkOf = null;
  return (id, modules) => {
    chunkOf ??= assign(modules, resolve(source), resolve(entry));
    return chunkOf.get(id);
  };
}

function assign({ getModuleInfo, getModuleIds }, source, first) {
  const infos = [...getModuleIds()].map(getModuleInfo).filter(({ isExternal }) => !isExternal);
  /** What is there once `roots` are, without what is in a chunk already. */
  const closure = (roots) => {
    const found = new Set();
    const waiting = [...roots];
    for (let id = waiting.pop(); id; id = waiting.pop()) {
      if (found.has(id) || chunkOf.has(id) || getModuleInfo(id).isExternal) continue;
      found.add(id);
      waiting.push(...getModuleInfo(id).importedIds);
    }
    return found;
  };
  const chunkOf = new Map();
  const put = (ids, chunk) => [...ids].forEach((id) => chunkOf.set(id, chunk));
  put(closure([first]), FIRST);

  const lazy = infos.filter(({ dynamicImporters }) => dynamicImporters.length > 0).map(({ id }) => id);
  // What another entry shares with a chunk must not make it load a rare one.
  const otherEntries = closure(infos.filter(({ isEntry, id }) => isEntry && id !== first).map(({ id }) => id));
  put(
    [...closure(lazy)].filter((id) => otherEntries.has(id)),
    PRIORITY[0],
  );

  const nameOf = (id) => Object.entries(CHUNKS).find(([, pattern]) => pattern.test(relative(source, id).split(sep).join('/')))[0];
  for (const chunk of PRIORITY) put(closure(lazy.filter((id) => nameOf(id) === chunk)), chunk);
  return chunkOf;
}
