import { assert } from 'chai';
import { describe, it } from '#test';
import { levelFromQuery, PageLog } from '../../../src/avatar/page-log.js';
import { Logger } from '../../../src/shared/core/logger.js';

function recordedConsole(): { console: Pick<Console, 'error' | 'warn' | 'info' | 'debug'>; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  return { lines, console: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') } };
}

describe('The log of a page', () => {
  function pageLog(level: Logger['level'] = 'off'): { log: PageLog; logger: Logger; lines: string[] } {
    const { console, lines } = recordedConsole();
    const logger = new Logger('page');
    logger.level = level;
    return { log: new PageLog(logger, console), logger, lines };
  }

  it('writes to the console what its level asks for, and keeps warnings at every level', () => {
    const { log, logger, lines } = pageLog();
    logger.warn('avatar has no mouth');
    logger.info('not wanted');
    assert.isEmpty(lines);
    assert.lengthOf(log.lines(), 1);
    logger.level = 'info';
    logger.info('wanted');
    assert.lengthOf(lines, 1);
    assert.match(lines[0], /^info: \[spatius-avatar\] .* page wanted$/);
  });

  it('keeps the newest 200 records of all threads, in order of their time', () => {
    const { log, logger } = pageLog();
    for (let time = 250; time > 0; time--) logger.forward({ timeMs: time, level: 'warn', thread: 'render', event: `e${time}`, fields: {} });
    const lines = log.lines();
    assert.lengthOf(lines, 200);
    assert.match(lines[0], /e1$/);
  });

  it('takes its level from the address of the page', () => {
    assert.equal(levelFromQuery('?a=1&spatius-log=info'), 'info');
    assert.equal(levelFromQuery('?spatius-log'), 'debug');
    assert.isNull(levelFromQuery('?spatius-log=loud'));
    assert.isNull(levelFromQuery(''));
  });
});
