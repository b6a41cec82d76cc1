/**
 * Assigns the page's modules to chunks. A chunk contains one feature, loaded by one request: a chunk for each `import()` would
 * make a page wait for serial requests.
 */
import { relative, resolve, sep } from 'node:path';

/** The first script, and with it everything that it imports, so that one request defines the element. */
const FIRST = 'spatius-avatar';

/**
 * Chunk → its root modules, which are imported on demand, as paths below `src`: the first matching pattern counts. Every page
 * loads `avatar` before and soon after the first picture, `speech` to speak, and `sounds` to speak files and streams.
 */
const CHUNKS = {
  room: /^speech\/room\//,
  report: /diagnos|report|stats|device-facts/,
  recording: /recording|captur|seekable/,
  microphone: /user-|live-s|microphone/,
  controls: /controls|captions|translations/,
  sounds: /^audio\/(speech-source|mp3-sound)/,
  speech: /^(audio|speech|motion)\/|motion-source|token|speech/,
  avatar: /./,
};
/** Modules that two chunks import go into the first one of this order, so that no visit waits for a rarer chunk than its own. */
const PRIORITY = ['avatar', 'speech', 'sounds', 'controls', 'recording', 'microphone', 'report', 'room'];

/**
 * @param source Folder of the compiled modules.
 * @param entry Path of the entry that is the first script.
 * @returns Rollup's `manualChunks`. Modules of another entry only stay with that entry.
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
  /** The modules that `roots` import, except those already in a chunk. */
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
  // Modules that another entry shares with a chunk must not make it load a rare one.
  const otherEntries = closure(infos.filter(({ isEntry, id }) => isEntry && id !== first).map(({ id }) => id));
  put(
    [...closure(lazy)].filter((id) => otherEntries.has(id)),
    PRIORITY[0],
  );

  const nameOf = (id) => Object.entries(CHUNKS).find(([, pattern]) => pattern.test(relative(source, id).split(sep).join('/')))[0];
  for (const chunk of PRIORITY) put(closure(lazy.filter((id) => nameOf(id) === chunk)), chunk);
  return chunkOf;
}
