import { asset } from '../assets/asset-urls.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { Lazy } from '../shared/core/lazy.js';

/**
 * The weights of the engine's mouth (330 kB), fetched once for the page. The page fetches them, not the motion worker that needs
 * them: they come in the same wave of requests as that worker.
 */
export const mouthModel = new Lazy(async (): Promise<ArrayBuffer> => {
  const url = await asset('models/mouth.bin').locate();
  const response = await fetch(url);
  if (!response.ok) throw new AvatarError(ErrorCode.connectionFailed, `The mouth model could not be loaded: status ${response.status}`);
  return response.arrayBuffer();
});
