/** The Server SDK against a Motion Server process: what a warm pool saves each turn, and what Ogg Opus costs and saves. */
import { randomBytes } from 'node:crypto';

import { newAvatarSession } from '../../src/server-sdk/avatar-session.js';
import type { PooledSession } from '../../src/server-sdk/pooled-session.js';
import { prewarm } from '../../src/server-sdk/prewarm.js';
import type { AvatarSessionConfig } from '../../src/server-sdk/session-config.js';
import { createSessionPool } from '../../src/server-sdk/session-pool.js';
import { sharedTokens } from '../../src/server-sdk/token-source.js';
import { FlakyLink } from '../helpers/node/flaky-link.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { figure, median, milliseconds, quantile, title } from './helpers/report.js';

const TURNS = 40;
const LINK_DELAY_MS = 20;
const SPEECH = voicePcm(1);

type Speaker = Pick<PooledSession, 'speak'>;

/** ms from the wish to speak to the first motion; the speech is then left. */
async function firstMotionMs(speakerFor: () => Promise<Speaker>): Promise<number> {
  const begin = performance.now();
  const speaker = await speakerFor();
  for await (const { envelope } of speaker.speak(SPEECH)) if (envelope.length > 0) break;
  return performance.now() - begin;
}

async function measure(where: string, config: AvatarSessionConfig): Promise<void> {
  await using pool = createSessionPool(config);
  const times: Record<'cold' | 'token' | 'warm', number[]> = { cold: [], token: [], warm: [] };
  const withNewSession = async (): Promise<number> => {
    await using session = newAvatarSession(config);
    return await firstMotionMs(async () => {
      await session.start();
      return session;
    });
  };
  (await pool.borrow()).release();
  // Turn and turn about, so that whatever else the machine does meets all three alike. The first rounds warm the server up.
  for (let turn = -5; turn < TURNS; turn++) {
    sharedTokens.clear();
    const cold = await withNewSession();
    await prewarm(config);
    const token = await withNewSession();
    let borrowed: PooledSession | undefined;
    const warm = await firstMotionMs(async () => (borrowed = await pool.borrow()));
    borrowed?.release();
    if (turn < 0) continue;
    times.cold.push(cold);
    times.token.push(token);
    times.warm.push(warm);
  }
  const names = { cold: 'new session (token, handshake)', token: 'new session, prewarmed token', warm: 'warm pool' };
  for (const [kind, values] of Object.entries(times)) {
    figure(
      `${where}, ${names[kind as keyof typeof names]}: median, p95`,
      `${milliseconds(median(values))}, ${milliseconds(quantile(values, 0.95))}`,
    );
  }
}

process.env.SPATIUS_API_KEY = randomBytes(12).toString('hex');
process.env.SPATIUS_APP_ID = 'app_bench';
const served = new ServedDemo();
await served.start();
const config = (serverUrl: string): AvatarSessionConfig => ({
  serverUrl,
  apiKey: process.env.SPATIUS_API_KEY,
  appId: 'app_bench',
  avatarId: 'aria',
});
const link = await FlakyLink.to(Number(new URL(served.url).port), LINK_DELAY_MS);
try {
  title('Server SDK: the wish to speak → first motion');
  await measure('same machine', config(served.url));
  await measure(`${LINK_DELAY_MS} ms each way`, config(`http://127.0.0.1:${link.port}`));

  title('Server SDK: Ogg Opus upstream, 60 s at 16 kHz');
  const audio = voicePcm(60);
  await using session = newAvatarSession({ ...config(served.url), audioFormat: 'ogg_opus', oggOpusEncoder: {} });
  await session.start();
  const speech = session.speak(audio);
  const before = process.cpuUsage();
  for await (const message of speech) if (message.isLast) break;
  const { user, system } = process.cpuUsage(before);
  figure('CPU time of this process, encoding and all', `${Math.round((60 * 1e6) / (user + system))} × real time`);
  figure('bytes of those of PCM', `${((100 * speech.timing.audioBytes) / audio.length).toFixed(1)} %`);
} finally {
  await link.close();
  await served.kill();
}
