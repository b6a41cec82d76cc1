import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of all files below a folder whose names end in `suffix`, sorted; none when the folder is missing. */
export async function filesBelow(folder, suffix = '') {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
