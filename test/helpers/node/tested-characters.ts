/** The built-in characters that a run tests: all where slow tests run too or files are named, else one. */
import { aria, CHARACTERS, type Character } from '../../../characters/character.js';

export const TESTED_CHARACTERS: readonly Character[] = process.env.TEST_ALL ? CHARACTERS : [aria];
