import { assert } from 'chai';
import { attachAgent, openai } from '../../../src/agents/index.js';
import type { SpatiusAvatar } from '../../../src/index.js';
import { createAvatar, once } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

const RATE = 24_000;
const INTERRUPTIONS = 8;

/** The service's end of a WebSocket. */
class Service extends EventTarget {
  readonly sent: { type: string; item_id?: string; audio_end_ms?: number }[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  tell(message: object): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  /** One delta of 0.1 s. */
  delta(response: string): void {
    this.tell({ type: 'response.output_audio.delta', response_id: response, item_id: `item of ${response}`, delta: HUM });
  }
}

const HUM = btoa(String.fromCharCode(...new Uint8Array(Int16Array.from({ length: RATE / 10 }, (_, i) => 9000 * Math.sin(i / 12)).buffer)));

describe('An agent attached to <spatius-avatar>', function () {
  this.timeout(120_000);
  let avatar: SpatiusAvatar;

  beforeEach(async () => {
    avatar = createAvatar('<spatius-avatar mood="happy"></spatius-avatar>');
    await once(avatar, 'avatar-ready');
  });
  afterEach(() => document.body.replaceChildren());

  it('truncates to what was heard, at whatever moment the visitor speaks, and says nothing of it afterwards', async () => {
    const service = new Service();
    const link = attachAgent(avatar, openai(service));
    for (let number = 0; number < INTERRUPTIONS; number++) {
      const id = `response ${number}`;
      service.tell({ type: 'response.created', response: { id } });
      assert.equal(link.state, 'thinking');
      assert.equal(avatar.mood, 'thinking');
      for (let count = 0; count < 20; count++) service.delta(id);
      await until(() => link.state === 'speaking', 20_000);
      assert.equal(avatar.mood, 'happy');
      await new Promise((resolve) => setTimeout(resolve, (number * 397) % 1200));
      const audibleMs = avatar.currentTime * 1000;
      service.tell({ type: 'input_audio_buffer.speech_started' });
      assert.equal(link.state, 'listening');
      const { type, item_id, audio_end_ms } = service.sent.at(-1)!;
      assert.deepEqual([type, item_id], ['conversation.item.truncate', `item of ${id}`]);
      assert.approximately(audio_end_ms!, audibleMs, 50);
      service.delta(id);
      await new Promise((resolve) => setTimeout(resolve, 250));
      assert.equal(avatar.conversationState, 'idle');
    }
    assert.lengthOf(service.sent, INTERRUPTIONS);
    link.close();
    assert.isFalse(avatar.hasAttribute('agent-state'));
  });
});
