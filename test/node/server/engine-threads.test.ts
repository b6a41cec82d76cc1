import { after, before, describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { assert } from 'chai';

import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import { type Answer, type IngressClient, type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';

const BYTES_PER_SECOND = 32_000;

/** The engine threads of this process that are alive. */
const workers = new Set<Worker>();
const noteWorker = (worker: Worker): void => {
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
};

async function withServer(options: Partial<MotionServerOptions>, run: (running: RunningServer) => Promise<void>): Promise<void> {
  const running = await startMotionServer(options);
  try {
    await run(running);
  } finally {
    await running.close();
  }
}

const secondsOf = ({ frames }: Answer): number => frames.reduce((sum, { frameCount }) => sum + frameCount, 0) / 50;

/** Sends as fast as the server reads until it is told to stop; counts what was sent and what was answered. */
class Flood {
  sentBytes = 0;
  answeredSeconds = 0;
  mostInFlightBytes = 0;
  private isOver = false;
  private readonly client: IngressClient;
  private readonly sending: Promise<void>;

  constructor(client: IngressClient) {
    this.client = client;
    void this.receive();
    this.sending = this.send();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.client.socket.terminate();
    await this.sending;
  }

  private async send(): Promise<void> {
    const pcm = voicePcm(5);
    for (let index = 0; !this.isOver; index++) {
      this.client.sendAudio(`flood ${index >> 6}`, pcm, (index & 63) === 63);
      this.sentBytes += pcm.length;
      this.mostInFlightBytes = Math.max(this.mostInFlightBytes, this.sentBytes - this.answeredSeconds * BYTES_PER_SECOND);
      do await new Promise((resolve) => setImmediate(resolve));
      while (this.client.socket.bufferedAmount > 2 * pcm.length && !this.isOver);
    }
  }

  private async receive(): Promise<void> {
    while (!this.isOver) {
      for (let isAnswered = false; !isAnswered; ) {
        const message = await this.client.next().catch(() => null);
        if (!message) return;
        if (message.data.case !== 'serverResponseAnimation') throw new Error(`${message.data.case} for the flood`);
        this.answeredSeconds += (message.data.value.packedMotion?.frameCount ?? 0) / 50;
        isAnswered = message.data.value.end;
      }
    }
  }
}

describe('the engine threads of a Motion Server', () => {
  before(() => void process.on('worker', noteWorker));
  after(() => void process.off('worker', noteWorker));

  it('share the sessions that speak at the same time among them, and are gone after the server', async () => {
    await withServer({ threads: 2 }, async (running) => {
      assert.equal(workers.size, 2);
      const before = new Map([...workers].map((worker) => [worker, worker.performance.eventLoopUtilization()]));
      const clients = await Promise.all([running.open(), running.open()]);
      for (const client of clients) client.sendAudio('r', voicePcm(60), true);
      for (const client of clients) assert.equal(secondsOf(await client.answer('r')), 60);
      const active = [...before].map(([worker, start]) => worker.performance.eventLoopUtilization(start).active);
      // Each had a minute of speech: where both are in one thread, the other has had nothing.
      assert.isAbove(Math.min(...active) / Math.max(...active), 0.2);
    });
    assert.equal(workers.size, 0);
  });

  it('are not started for an engine that is handed in, nor without a sensible number', async () => {
    const silentEngine = { push: () => null, finish: () => null };
    await withServer({ createEngine: () => silentEngine }, async (running) => {
      assert.equal(workers.size, 0);
      const client = await running.open();
      client.sendAudio('r', voicePcm(1), true);
      assert.isNull((await client.answer('r')).error);
    });
    for (const threads of [0, -1, 1.5, NaN]) {
      assert.match(String(await startMotionServer({ threads }).catch((reason: unknown) => reason)), /threads must be a whole number/);
    }
  });

  it('give a speaker its turn while another sends hours of audio at once, of which only a bounded part waits', () =>
    withServer({ threads: 1, limits: { maxQueuedBytes: 10 * BYTES_PER_SECOND } }, async (running) => {
      const [greedy, polite] = await Promise.all([running.open(), running.open()]);
      const flood = new Flood(greedy);
      const pcm = voicePcm(1);
      const waits: number[] = [];
      for (let index = 0; index < 20; index++) {
        const startSeconds = flood.answeredSeconds;
        polite.sendAudio(`r${index}`, pcm, true);
        const answer = await polite.answer(`r${index}`);
        assert.equal(secondsOf(answer), 1);
        waits.push(flood.answeredSeconds - startSeconds);
      }
      const total = flood.answeredSeconds;
      await flood.stop();
      // Time is told by the work that the flood got meanwhile: in turns it gets about as much as the speaker, plus what is
      // done while messages travel. Without turns each wait would last for all that is queued.
      waits.sort((a, b) => a - b);
      assert.isAbove(total, 20, 'the flood went on all the time');
      assert.isBelow(waits[10], 20, `seconds of flood per answer: ${waits.map((wait) => wait.toFixed(1)).join(' ')}`);
      // The queue, and the buffers of both sockets.
      assert.isBelow(flood.mostInFlightBytes, 12_000_000);
    }));

  it('lose no session when one of them dies: its requests fail, the next ones are answered', () =>
    withServer({ threads: 1 }, async (running) => {
      const [speaking, silent] = await Promise.all([running.open(), running.open()]);
      speaking.sendAudio('first', voicePcm(120), true);
      speaking.sendAudio('second', voicePcm(1));
      await speaking.next();
      const [worker] = workers;
      await worker!.terminate();
      for (const reqId of ['first', 'second']) {
        const { error } = await speaking.answer(reqId);
        assert.deepEqual([error?.reqId, error?.code, error?.message], [reqId, 13, 'internal error']);
      }
      for (const client of [speaking, silent]) {
        client.sendAudio('third', voicePcm(1), true);
        const answer = await client.answer('third');
        assert.isNull(answer.error);
        assert.equal(secondsOf(answer), 1);
      }
      assert.equal(workers.size, 1);
      assert.notEqual([...workers][0], worker);
    }));

  it('forget what a client interrupts or leaves behind', () =>
    withServer({ threads: 1 }, async (running) => {
      const pcm = voicePcm(120);
      const leaving = await running.open();
      leaving.sendAudio('long', pcm, true);
      await leaving.next();
      await leaving.close();
      const client = await running.open();
      const answered: number[] = [];
      for (let index = 0; index < 10; index++) {
        client.sendAudio(`r${index}`, pcm, true);
        await client.next();
        client.send({ case: 'clientInterrupt', value: { reqId: `r${index}` } });
        answered.push(secondsOf(await client.answer(`r${index}`)));
      }
      // A thread may be done before the word reaches it, but hardly ten times.
      assert.isBelow(Math.min(...answered), 119);
      client.sendAudio('last', voicePcm(1), true);
      assert.equal(secondsOf(await client.answer('last')), 1);
    }));
});
