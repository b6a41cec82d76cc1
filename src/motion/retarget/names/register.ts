/** Reads names by their words from now on, where size does not matter. */
import { useNameReader } from '../name-reader.js';
import { NAME_READER } from './index.js';

useNameReader(NAME_READER);
