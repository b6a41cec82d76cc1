import { assert } from 'chai';
import { describe, it } from '#test';

import { Logger, type LogRecord, logLine, withoutSecrets } from '../../../../src/shared/core/logger.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

function recordedLogger(level: Logger['level']): { logger: Logger; records: LogRecord[] } {
  const records: LogRecord[] = [];
  const logger = new Logger(
    'motion',
    (record) => records.push(record),
    () => 1_700_000_000_123,
  );
  logger.level = level;
  return { logger, records };
}

describe('The logger', () => {
  it('drops info and debug below its level, and collects no fields for them', () => {
    const { logger, records } = recordedLogger('off');
    logger.info('a');
    logger.debug('b', () => assert.fail('collected'));
    logger.warn('c');
    logger.error('d');
    assert.deepEqual(
      records.map(({ event }) => event),
      ['c', 'd'],
    );
    logger.level = 'debug';
    logger.debug('e', () => ({ frames: 3 }));
    assert.deepEqual(records[2].fields, { frames: 3 });
  });

  it('writes a record as one line with thread, round and media time', () => {
    const { logger, records } = recordedLogger('info');
    logger.info('motion received', { round: 3, mediaSeconds: 1.24, frames: 25, source: 'server', isLast: false });
    assert.equal(
      logLine(records[0]),
      '2023-11-14T22:13:20.123Z info motion round=3 at=1.240s motion received frames=25 source="server" isLast=false',
    );
  });

  it('keeps no line breaks, objects or values that are no numbers', () => {
    const { logger, records } = recordedLogger('info');
    logger.info('a', { text: 'one\ntwo', object: { token: 'x' }, nothing: null, latency: Number.NaN });
    assert.deepEqual(records[0].fields, { text: 'one two' });
  });

  it('passes its level on, now and at each change', () => {
    const { logger } = recordedLogger('warn');
    const levels: string[] = [];
    const end = logger.followLevel((level) => levels.push(level));
    logger.level = 'debug';
    logger.level = 'debug';
    end();
    logger.level = 'off';
    assert.deepEqual(levels, ['warn', 'debug']);
  });

  it('hides tokens and keys in whatever shape they come', () => {
    const texts = [
      `wss://host/v2/driveningress/websocket?appId=a&sessionToken=${JWT}&x=1`,
      `{"session_token":"abc.def","api_key": "sk-123456"}`,
      `Authorization: Bearer ${JWT}`,
      `api-key=secret-value`,
      `https://host/?access_token=s3cret#x`,
    ];
    for (const text of texts) {
      const safe = withoutSecrets(text);
      for (const secret of [JWT, 'abc.def', 'sk-123456', 'secret-value', 's3cret']) assert.notInclude(safe, secret);
    }
    assert.include(withoutSecrets(texts[0]), 'appId=a');
  });
});
