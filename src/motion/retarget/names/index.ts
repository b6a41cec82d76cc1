/** Reads names by their words: shapes and joints in the spellings of the tools that people use. */
import type { NameReader } from '../name-reader.js';
import { readJoints } from './joint-reader.js';
import { TWIST } from './joint-words.js';
import { readShapes } from './read-shapes.js';
import { readShape } from './shape-reader.js';
import { wordsOf } from './split-name.js';

export const NAME_READER: NameReader = {
  readShapes,
  readShape,
  readJoints,
  isTwist: (name) => wordsOf(name).some(({ text }) => TWIST.has(text)),
};
