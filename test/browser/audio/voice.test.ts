import { assert } from 'chai';
import { AudioOutput } from '../../../src/audio/audio-output.js';
import { Player } from '../../../src/audio/player.js';
import { Voice } from '../../../src/audio/voice.js';
import { DEFAULT_SOUND_SETTINGS } from '../../../src/shared/contracts/sound-settings.js';
import { rejectionOf } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

const WORKLET_URL = new URL('../../../src/audio/playback.worklet.js', import.meta.url);

/** A voice, and every latency that it told, s. */
function openVoice(output: AudioOutput): { voice: Voice; told: number[] } {
  const told: number[] = [];
  const voice = new Voice(async () => output, new MessageChannel().port1, DEFAULT_SOUND_SETTINGS, {
    handlePlaybackState: () => undefined,
    handleAudioBlocked: () => undefined,
    handleOutputLatency: (seconds) => told.push(seconds),
    handleLost: () => undefined,
  });
  return { voice, told };
}

describe('Voice', () => {
  it('tells the latency that is known already when its player comes', async () => {
    const output = new AudioOutput({ workletUrl: WORKLET_URL });
    const first = openVoice(output);
    await first.voice.unlock();
    // Until it has been read as often as it is without speech: from then on it does not change.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const second = openVoice(output);
    const player = await second.voice.player();
    assert.isAbove(output.latencySeconds, 0);
    assert.equal(second.told.at(-1), output.latencySeconds);
    assert.equal(player.outputLatencySeconds, output.latencySeconds);
    first.voice.dispose();
    second.voice.dispose();
  });

  it('leaves the sound device to rest when its element goes before its player comes, and makes none afterwards', async () => {
    const output = new AudioOutput({ workletUrl: WORKLET_URL });
    const player = await Player.create(output);
    const { context } = player.captureNode as { context: BaseAudioContext };
    const { voice } = openVoice(output);
    const opening = voice.player();
    voice.dispose();
    player.dispose();
    assert.equal(await rejectionOf(opening), 'aborted');
    assert.equal(await rejectionOf(voice.player()), 'aborted');
    await until(() => context.state === 'suspended');
  });
});
