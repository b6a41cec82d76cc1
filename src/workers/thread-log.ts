/**
 * Joins the logs of workers to the page's: records go up, the level comes down. Both travel beside comlink's messages, which ignores
 * what has no type of its own.
 */
import { log } from '../shared/core/log.js';
import type { LogLevel, LogRecord, LogThread } from '../shared/core/logger.js';

type LogMessage = { logRecord: LogRecord } | { logLevel: LogLevel };

/** One end of a channel: a worker, or a worker's own scope. */
interface LogPort {
  postMessage(message: LogMessage): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

/** In a worker: sends its records to the page, and takes the level from there. @param scope The worker's global object. */
export function connectThreadLog(thread: LogThread, scope: LogPort): void {
  log.connect(thread, (logRecord) => scope.postMessage({ logRecord }));
  scope.addEventListener('message', ({ data }) => {
    if (isMessage(data) && 'logLevel' in data) log.level = data.logLevel;
  });
}

/** On the page: takes a worker's records, and keeps its level. @returns Ends that. */
export function followThreadLog(worker: LogPort): () => void {
  worker.addEventListener('message', ({ data }) => {
    if (isMessage(data) && 'logRecord' in data) log.forward(data.logRecord);
  });
  return log.followLevel((logLevel) => worker.postMessage({ logLevel }));
}

function isMessage(data: unknown): data is LogMessage {
  return typeof data === 'object' && data !== null && ('logRecord' in data || 'logLevel' in data);
}
