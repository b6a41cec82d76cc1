import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VoiceActivity } from '../../../src/audio/voice-activity.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { atLevel, echoOf, heardSpeech, mixed, NOISES, onsetOf, RATE_HZ, readPcm } from '../../helpers/node/acoustics.js';

const audio = join(process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets'), 'audio');
const skip = existsSync(audio) ? false : 'no SPATIUS_ASSETS';
const voice = (name: string): Float32Array => readPcm(join(audio, `${name}_16k.pcm`));
const quiet = (seconds: number) => ({ samples: atLevel(NOISES.white(seconds), -65) });

describe('Voice activity', () => {
  for (const [name, noise] of Object.entries(NOISES)) {
    it(`takes no ${name} noise for a voice, soft or loud`, () => {
      for (const levelDb of [-45, -25]) {
        const heard = mixed(12, quiet(12), { samples: atLevel(noise(10), levelDb), atSeconds: 2 });
        assert.deepEqual(heardSpeech(heard).beganAt, [], `${levelDb} dB`);
      }
    });
  }

  it('hears real voices within 0.25 s, in quiet and over noise, and their end', { skip }, () => {
    for (const name of ['quickstart_voice', 'demo_1', 'reading_4']) {
      const speech = atLevel(voice(name).subarray(0, 3 * RATE_HZ), -26);
      for (const noiseDb of [-65, -36]) {
        const heard = heardSpeech(mixed(10, quiet(10), { samples: atLevel(NOISES.white(10), noiseDb) }, { samples: speech, atSeconds: 4 }));
        const latency = heard.beganAt[0] - 4 - onsetOf(speech);
        assert.ok(latency > 0 && latency < 0.25, `${name} over ${noiseDb} dB: ${latency}`);
        assert.equal(heard.endedAt.length, heard.beganAt.length);
      }
    }
  });

  it('is not interrupted by the echo of its own loudspeaker, near or far, loud or cancelled', { skip }, () => {
    for (const name of ['demo_1', 'reading_4']) {
      const played = atLevel(voice(name).subarray(0, 12 * RATE_HZ), -22);
      for (const [levelDb, delaySeconds] of [
        [0, 0.25],
        [0, 0],
        [-10, 0.12],
        [-35, 0.05],
      ] as const) {
        const heard = mixed(12, quiet(12), { samples: echoOf(played, levelDb, delaySeconds) });
        assert.deepEqual(heardSpeech(heard, played).beganAt, [], `${name} ${levelDb} dB after ${delaySeconds} s`);
      }
      // Without a room, as a page hears itself.
      assert.deepEqual(heardSpeech(played, played).beganAt, [], name);
    }
  });

  it('hears a person over the echo', { skip }, () => {
    const played = atLevel(voice('reading_4'), -22).subarray(0, 10 * RATE_HZ);
    for (const name of ['quickstart_voice', 'demo_1']) {
      const speech = atLevel(voice(name).subarray(0, 3 * RATE_HZ), -24);
      for (const levelDb of [-20, -35]) {
        for (const atSeconds of [1, 5]) {
          const heard = mixed(10, quiet(10), { samples: echoOf(played, levelDb) }, { samples: speech, atSeconds });
          const latency = heardSpeech(heard, played).beganAt[0] - atSeconds - onsetOf(speech);
          assert.ok(latency > 0 && latency < 0.25, `${name} at ${atSeconds} s over ${levelDb} dB: ${latency}`);
        }
      }
    }
  });

  it('hears the same at any rate', { skip }, () => {
    const speech = atLevel(voice('quickstart_voice'), -26);
    const slow = mixed(6, quiet(6), { samples: speech, atSeconds: 2 });
    const began = [1, 3].map((factor) => {
      const fast = Float32Array.from({ length: slow.length * factor }, (_, at) => {
        const place = at / factor;
        const before = slow[Math.floor(place)];
        return before + ((slow[Math.floor(place) + 1] ?? 0) - before) * (place % 1);
      });
      let heardAt = 0;
      let frames = 0;
      const activity = new VoiceActivity(RATE_HZ * factor, { handleVoice: () => (heardAt ||= frames / RATE_HZ / factor) });
      for (; frames + 128 <= fast.length; frames += 128) activity.process(fast.subarray(frames, frames + 128), undefined);
      return heardAt;
    });
    assert.ok(Math.abs(began[0] - began[1]) < 0.05, began.join());
  });
});
