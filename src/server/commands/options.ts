/** Reads the values of options as they stand on a command line. */
import { stat } from 'node:fs/promises';

import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

/**
 * @param name As the user wrote it, `--port`.
 * @throws {AvatarError} `invalidConfiguration` for what is no whole number from `min` to `max`.
 */
export function integerOption(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** @throws {AvatarError} `invalidConfiguration` for what is no decimal number from `min` to `max`. */
export function numberOption(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value < min || value > max) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `${name} must be a number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** @throws {AvatarError} `invalidConfiguration` where there is no such folder. */
export async function folderOption(path: string, name: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return path;
  throw new AvatarError(ErrorCode.invalidConfiguration, `${name} must be a folder; ${path} ${found ? 'is none' : 'does not exist'}`);
}

/** `ID=AVATAR` pairs, separated by commas or spaces; null where there are none. @throws {AvatarError} `invalidConfiguration`. */
export function pairsOption(text: string | undefined, name: string): Record<string, string> | null {
  const entries = listOption(text)?.map((entry) => {
    const [key, value, ...rest] = entry.split('=');
    if (key && value && rest.length === 0) return [key, value] as const;
    throw new AvatarError(ErrorCode.invalidConfiguration, `${name} must hold pairs such as *=aria, not "${entry}"`);
  });
  return entries ? Object.fromEntries(entries) : null;
}

/** Entries of a list, separated by commas or spaces; null where it is not set or empty. */
export function listOption(text: string | undefined): string[] | null {
  const entries = (text ?? '').split(/[\s,]+/).filter(Boolean);
  return entries.length > 0 ? entries : null;
}
