import { assert } from 'chai';
import { describe, it } from '#test';

import { levelFromQuery, PageLog } from '../../../src/avatar/page-log.js';

function recordedConsole(): { console: Pick<Console, 'error' | 'warn' | 'info' | 'debug'>; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  return { lines, console: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') } };
}

describe('The log of a page', () => {
  it('writes to the console what its level asks for, and keeps warnings at every level', () => {
    const { console, lines } = recordedConsole();
    const log = new PageLog(console);
    log.logger.warn('avatar has no mouth');
    log.logger.info('not wanted');
    assert.isEmpty(lines);
    assert.lengthOf(log.lines(), 1);
    log.setLevel('info');
    log.logger.info('wanted');
    assert.lengthOf(lines, 1);
    assert.match(lines[0], /^info: \[spatius-avatar\] .* page wanted$/);
  });

  it('passes its level on, now and at each change', () => {
    const log = new PageLog(recordedConsole().console, 'warn');
    const levels: string[] = [];
    const end = log.followLevel((level) => levels.push(level));
    log.setLevel('debug');
    log.setLevel('debug');
    end();
    log.setLevel('off');
    assert.deepEqual(levels, ['warn', 'debug']);
  });

  it('keeps the newest 200 records of all threads, in order of their time', () => {
    const log = new PageLog(recordedConsole().console);
    for (let time = 0; time < 250; time++)
      log.add({ timeMs: 250 - time, level: 'warn', thread: 'render', event: `e${250 - time}`, fields: {} });
    const lines = log.lines();
    assert.lengthOf(lines, 200);
    assert.match(lines[0], /e1$/);
  });

  it('takes its level from the address of the page', () => {
    assert.equal(levelFromQuery('?a=1&spatius-log=info'), 'info');
    assert.equal(levelFromQuery('?spatius-log'), 'debug');
    assert.equal(levelFromQuery('?spatius-log=loud'), 'off');
    assert.equal(levelFromQuery(''), 'off');
  });
});
