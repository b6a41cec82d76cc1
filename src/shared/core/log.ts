import { Logger } from './logger.js';

/**
 * The log of this thread. The entry file of a worker or worklet connects it to the page, the page to its console; in Node, and until
 * then, records are dropped.
 */
export const log = new Logger('page');
