import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../../src/server/package-folder.js';
import { voicePcm } from '../../helpers/node/motion-server.js';

/** Real speech, PCM of 16 kHz, where the shared recordings are at hand, else a synthetic voice. */
export function benchSpeech(): { pcm: Uint8Array; name: string } {
  const assets = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
  const file = join(assets, 'audio/demo_1_16k.pcm');
  if (existsSync(file)) return { pcm: new Uint8Array(readFileSync(file)), name: 'recorded speech' };
  return { pcm: voicePcm(12), name: 'a synthetic voice' };
}
