/** Installs packages with the system's package manager: Debian and derivatives, as root. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether packages can be installed without interaction. */
export const canInstallPackages = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** @throws if a package cannot be installed. */
export function installPackages(...names) {
  const run = (...args) => execFileSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  run('update', '-qq');
  run('install', '-y', '-qq', '--no-install-recommends', ...names);
}

/**
 * Installs packages if something is missing and installation is possible.
 *
 * @param missing Returns the names of missing commands.
 * @returns The names that are still missing.
 */
export function installMissing(missing, ...names) {
  if (missing().length === 0 || !canInstallPackages) return missing();
  try {
    installPackages(...names);
  } catch (reason) {
    console.error(reason.message);
  }
  return missing();
}

/** Path of the first of some commands that is on `PATH`, or null. */
export function findCommand(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}
