/** Door of the loader worker, which lives for one avatar file. Pages that cannot start workers import it and use the service directly. */
import { expose } from 'comlink';
import { prepareFile } from '../render/files/prepare-file.js';
import { installErrorTransfer } from './error-transfer.js';

/** What the loader worker offers through its door. */
export const fileService = { prepareFile };
export type FileService = typeof fileService;

if (!('document' in globalThis)) {
  installErrorTransfer();
  expose(fileService);
}
