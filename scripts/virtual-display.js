/**
 * A virtual display and sound card for browsers that need them: Firefox draws WebGL only with a display and runs no audio clock
 * without a sound server; WebKitGTK needs a window.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from './packages.js';

export const DISPLAY_PACKAGES = ['xvfb', 'libegl1', 'libgl1-mesa-dri'];
export const SOUND_PACKAGES = ['pulseaudio'];

/** ms */
const START_TIMEOUT_MS = 15_000;
const PULSE_MODULES = ['module-native-protocol-unix', 'module-null-sink sink_name=null rate=48000'];

/** Missing commands that a virtual display needs. */
export function missingForDisplay({ withSound }) {
  if (process.platform !== 'linux') return [];
  return ['Xvfb', ...(withSound ? ['pulseaudio'] : [])].filter((name) => !findCommand(name));
}

/**
 * Opens a virtual display on Linux; other systems have a real one.
 *
 * @returns `env` for the browser, with a separate home folder, and `close()`.
 */
export async function openDisplay({ withSound }) {
  const home = await mkdtemp(join(tmpdir(), 'browser-home-'));
  const children = [];
  const close = async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  if (process.platform !== 'linux') return { env: { ...process.env, HOME: home }, close };
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home };
  // These would lead to another sound server or display of the machine.
  for (const name of ['PULSE_SERVER', 'WAYLAND_DISPLAY']) delete env[name];
  try {
    const display = spawn(
      findCommand('Xvfb'),
      ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp', '+extension', 'GLX'],
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      },
    );
    children.push(display);
    env.DISPLAY = `:${await firstLine(display.stdio[3])}`;
    if (withSound) {
      const pulse = spawn(
        findCommand('pulseaudio'),
        [
          '-n',
          '--daemonize=no',
          '--exit-idle-time=-1',
          '--disallow-exit',
          '--log-level=notice',
          ...PULSE_MODULES.flatMap((module) => ['-L', module]),
        ],
        { stdio: 'ignore', env },
      );
      children.push(pulse);
    }
    return { env, close };
  } catch (reason) {
    await close();
    throw reason;
  }
}

async function firstLine(stream) {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  let text = '';
  while (!text.includes('\n')) text += String((await once(stream, 'data', { signal }))[0]);
  return text.trim();
}
