/** The console, for apps that ask for it by `logLevel`. No token is ever part of what is said. */
import { sdkSettings } from './sdk-settings.js';

const PREFIX = '[AvatarKit]';

export function logError(words: string): void {
  if (sdkSettings.logLevel !== 'off') console.error(PREFIX, words);
}

export function logWarning(words: string): void {
  const { logLevel } = sdkSettings;
  if (logLevel === 'warning' || logLevel === 'all') console.warn(PREFIX, words);
}

export function logInfo(words: string): void {
  if (sdkSettings.logLevel === 'all') console.info(PREFIX, words);
}
