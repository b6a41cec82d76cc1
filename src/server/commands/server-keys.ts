/** The apps and keys of `spatius-avatar serve`: from a file, from the environment, or made up for development. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { isLoopbackHost } from '../client-address.js';
import { MAKE_SECRET_COMMAND } from '../secret-strength.js';
import type { MotionServerApp } from '../server-apps.js';
import { listOption } from './options.js';

const DEFAULT_APP_ID = 'app_demo';

export interface ServerKeys {
  apps: readonly MotionServerApp[];
  /** Where they are configured. */
  source: string;
  /** The API key that was made up, or null. */
  generatedKey: string | null;
}

/** @throws {AvatarError} `invalidConfiguration` */
export function serverKeys({
  env,
  appsFile,
  host = '127.0.0.1',
  allowLocalNetwork = false,
}: {
  env: NodeJS.ProcessEnv;
  appsFile?: string | undefined;
  host?: string | undefined;
  allowLocalNetwork?: boolean;
}): ServerKeys {
  if (appsFile !== undefined) return { apps: appsIn(readText(appsFile), appsFile), source: appsFile, generatedKey: null };
  if (env.SPATIUS_APPS) return { apps: appsIn(env.SPATIUS_APPS, 'SPATIUS_APPS'), source: 'SPATIUS_APPS', generatedKey: null };
  const { SPATIUS_API_KEY, SPATIUS_APP_ID, SPATIUS_TOKEN_SECRET, SPATIUS_PREVIOUS_API_KEYS } = env;
  if (!SPATIUS_API_KEY && !isLoopbackHost(host) && !allowLocalNetwork) {
    throw invalid(
      `--host ${host} serves other machines, which needs a key of yours: set SPATIUS_API_KEY and SPATIUS_APP_ID. Make a key with: ${MAKE_SECRET_COMMAND}\n` +
        'For tests in a local network alone: --local-network.',
    );
  }
  const generatedKey = SPATIUS_API_KEY ? null : `dev_${randomBytes(18).toString('base64url')}`;
  const previousApiKeys = listOption(SPATIUS_PREVIOUS_API_KEYS);
  const app = {
    appId: SPATIUS_APP_ID || DEFAULT_APP_ID,
    apiKey: SPATIUS_API_KEY || generatedKey!,
    ...(SPATIUS_TOKEN_SECRET && { tokenSecret: SPATIUS_TOKEN_SECRET }),
    ...(previousApiKeys && { previousApiKeys }),
  };
  return { apps: [app], source: 'SPATIUS_API_KEY', generatedKey };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `the apps cannot be read: ${path}`, { cause: error });
  }
}

const TEXTS = ['appId', 'apiKey', 'tokenSecret'];
const LISTS = ['previousApiKeys', 'previousTokenSecrets'];

/** @param place For messages, which never quote the text: it holds keys. */
function appsIn(text: string, place: string): MotionServerApp[] {
  let apps: unknown;
  try {
    apps = JSON.parse(text);
  } catch {
    throw invalid(`${place} is not valid JSON`);
  }
  if (!Array.isArray(apps) || apps.length === 0) throw invalid(`${place} must hold a list of apps`);
  return apps.map((app: unknown, index) => {
    const where = `${place}, app ${index + 1}`;
    if (typeof app !== 'object' || app === null) throw invalid(`${where} is not an object`);
    for (const [name, value] of Object.entries(app)) {
      const isValid = TEXTS.includes(name)
        ? typeof value === 'string'
        : LISTS.includes(name)
          ? Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry !== '')
          : name === 'maxSessions' && Number.isInteger(value) && value > 0;
      if (!isValid) throw invalid(`${where}: ${name} is unknown or has a wrong value`);
    }
    return app as MotionServerApp;
  });
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidConfiguration, message);
}
