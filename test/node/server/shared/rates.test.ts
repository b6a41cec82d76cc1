import { describe, it } from 'node:test';
import { assert } from 'chai';

import { RateCounters, type Rates } from '../../../../src/server/shared/rates.js';
import { type RunningServer, startMotionServer, voicePcm } from '../../../helpers/node/motion-server.js';

describe('rates', () => {
  function counters(rates: Rates): { counters: RateCounters; reports: string[]; clock: { nowMs: number }; errors: unknown[] } {
    const clock = { nowMs: 1000 };
    const reports: string[] = [];
    const errors: unknown[] = [];
    const report = (key: string, limit: number): unknown => reports.push(`${key}: ${limit}`);
    return {
      counters: new RateCounters({ rates, report, onError: (error) => errors.push(error), now: () => clock.nowMs }),
      reports,
      clock,
      errors,
    };
  }
  const app = { kind: 'app', id: 'a' } as const;
  const token = { kind: 'token', id: 't' } as const;

  it('are averages of a minute, counted over all sessions of an owner and reported once', () => {
    const { counters: rates, reports, clock } = counters({ token: { requestsPerSecond: 0.1 } });
    const first = rates.open([app, token]);
    const second = rates.open([token]);
    for (let count = 0; count < 3; count++) {
      assert.isNull(first.add('requests', 1));
      assert.isNull(second.add('requests', 1));
    }
    assert.isNull(rates.exceededBy([token]));
    assert.equal(first.add('requests', 1), 'Rate limit reached: 0.1 requests a second of this token');
    assert.isNotNull(second.add('requests', 1));
    assert.isNotNull(rates.exceededBy([app, token]));
    assert.deepEqual(reports, ['requests of token t: 0.1']);
    assert.isNull(first.add('messages', 1e6), 'what has no limit is not counted');
    clock.nowMs += 60_000;
    assert.isNull(rates.exceededBy([token]));
    assert.isNull(first.add('requests', 1));
  });

  it('outlive the sessions of a client until the minute is over', () => {
    const { counters: rates, clock } = counters({ token: { audioSecondsPerSecond: 1 } });
    const meter = rates.open([token]);
    assert.isNull(meter.add('audio seconds', 59.5));
    assert.isNotNull(meter.add('audio seconds', 1));
    meter.close();
    assert.isNotNull(rates.exceededBy([token]));
    clock.nowMs += 60_000;
    rates.open([token]).close();
    assert.isNull(rates.exceededBy([token]));
  });

  describe('of a server', () => {
    async function withServer(options: Parameters<typeof startMotionServer>[0], act: (running: RunningServer) => Promise<void>) {
      const running = await startMotionServer(options);
      try {
        await act(running);
      } finally {
        await running.close();
      }
    }
    const limit = (name: string, perMinute: number) => ({ rates: { app: { [name]: perMinute / 60 } } });

    it('close a session with 4003 and refuse the next with 429', async () => {
      await withServer(limit('requestsPerSecond', 2), async (running) => {
        const client = await running.open();
        for (const reqId of ['one', 'two']) {
          client.sendAudio(reqId, voicePcm(0.1), true);
          assert.isNull((await client.answer(reqId)).error);
        }
        client.sendAudio('three', voicePcm(0.1), true);
        const { error } = await client.answer('three');
        assert.match(error!.message, /^Rate limit reached: .* requests a second of this app$/);
        assert.equal(error!.code, 4003);
        assert.equal((await client.closed).code, 4003);
        const response = await fetch(
          `${running.url}/v2/driveningress/websocket?id=aria&appId=app_test&sessionKey=${await running.token()}`,
        );
        assert.equal(response.status, 429);
      });
    });

    it('count seconds of speech, and messages', async () => {
      await withServer(limit('audioSecondsPerSecond', 1), async (running) => {
        const client = await running.open();
        client.sendAudio('long', voicePcm(3), true);
        assert.equal((await client.closed).code, 4003);
      });
      await withServer(limit('messagesPerSecond', 10), async (running) => {
        const client = await running.open();
        for (let count = 0; count < 10; count++) client.sendAudio('r', voicePcm(0.01));
        assert.equal((await client.closed).code, 4003);
      });
    });
  });
});
