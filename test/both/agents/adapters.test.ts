import { assert } from 'chai';
import { describe, it } from '#test';
import {
  type AgentAdapter,
  type AgentLink,
  attachAgent,
  elevenlabs,
  gemini,
  livekit,
  openai,
  openTurn,
  pipecat,
  vapi,
} from '../../../src/agents/index.js';
import { codeOf } from '../../helpers/code-of.js';
import { FakeAvatar, settled, silence } from './fake-avatar.js';

/** A WebSocket or data channel of which the test is the other end. */
class FakeSocket extends EventTarget {
  readonly sent: Record<string, unknown>[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  receive(message: object): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }));
  }
}

/** An SDK's client. */
class FakeClient {
  private readonly listeners = new Map<string, Set<(...values: unknown[]) => void>>();
  on(name: string, listener: (...values: unknown[]) => void): void {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listener));
  }
  off(name: string, listener: (...values: unknown[]) => void): void {
    this.listeners.get(name)?.delete(listener);
  }
  emit(name: string, ...values: unknown[]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(...values);
  }
  get listenerCount(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** An avatar with an agent, and what was told of both. */
function attached(adapter: AgentAdapter): { avatar: FakeAvatar; link: AgentLink; states: string[]; said: string[]; errors: string[] } {
  const avatar = new FakeAvatar();
  const [states, said, errors]: string[][] = [[], [], []];
  avatar.addEventListener('avatar-agent-state', (event) => states.push((event as Event & { state: string }).state));
  avatar.addEventListener('avatar-transcript', (event) => {
    const { role, text, isFinal } = event as Event & { role: string; text: string; isFinal: boolean };
    if (isFinal) said.push(`${role}: ${text}`);
  });
  avatar.addEventListener('avatar-error', (event) => errors.push((event as Event & { error: { code: string } }).error.code));
  return { avatar, link: attachAgent(avatar, adapter), states, said, errors };
}

describe('attachAgent', () => {
  it('moves the face by the state, and gives the page back what it had set', () => {
    let setState: (state: 'idle' | 'listening' | 'thinking') => void = () => undefined;
    const { avatar, link, states } = attached((port) => void (setState = (state) => port.setState(state)));
    avatar.mood = 'happy';
    assert.equal(avatar.attributes.get('agent-state'), 'idle');
    setState('listening');
    assert.isTrue(avatar.listening);
    setState('thinking');
    assert.deepEqual([avatar.listening, avatar.mood, avatar.gaze], [false, 'thinking', 'free']);
    assert.equal(avatar.attributes.get('agent-state'), 'thinking');
    avatar.play('playing');
    assert.equal(link.state, 'speaking');
    assert.deepEqual([avatar.mood, avatar.gaze], ['happy', 'viewer']);
    avatar.play('idle');
    assert.deepEqual(states, ['listening', 'thinking', 'speaking', 'idle']);
    link.close();
    setState('thinking');
    assert.equal(avatar.mood, 'happy');
    assert.isFalse(avatar.attributes.has('agent-state'));
  });

  it('attends to the visitor that the element hears', () => {
    const { avatar, states } = attached(() => undefined);
    for (const isSpeaking of [true, false]) avatar.dispatchEvent(Object.assign(new Event('avatar-user-speech'), { isSpeaking }));
    assert.deepEqual(states, ['listening', 'thinking']);
  });

  it('takes an own adapter of a few lines, which is detached at close()', async () => {
    const socket = new FakeSocket();
    let isDetached = false;
    const { avatar, link } = attached((port) => {
      socket.addEventListener(
        'message',
        (event) => {
          const { id, audio, text, isLast } = JSON.parse((event as MessageEvent).data);
          const turn = port.turn(id, { sampleRate: 16_000 });
          turn?.audio(audio);
          turn?.text(text);
          if (isLast) turn?.end();
        },
        { signal: port.signal },
      );
      return () => (isDetached = true);
    });
    socket.receive({ id: '1', audio: silence(0.5), text: 'Hi.' });
    await settled();
    assert.lengthOf(avatar.speeches, 1);
    link.close();
    assert.isTrue(isDetached);
    socket.receive({ id: '2', audio: silence(0.5), text: 'Ho.' });
    await settled();
    assert.lengthOf(avatar.speeches, 1);
  });

  it('refuses what is no agent', () => {
    assert.equal(
      codeOf(() => attachAgent(new FakeAvatar(), openai({} as WebSocket))),
      'invalidConfiguration',
    );
    assert.equal(
      codeOf(() => attachAgent(new FakeAvatar(), pipecat({} as FakeClient))),
      'invalidConfiguration',
    );
  });
});

describe('openai()', () => {
  it('speaks the deltas of a response, with captions for both sides', async () => {
    const socket = new FakeSocket();
    const { avatar, states, said } = attached(openai(socket));
    socket.receive({ type: 'input_audio_buffer.speech_started' });
    socket.receive({ type: 'input_audio_buffer.speech_stopped' });
    socket.receive({ type: 'conversation.item.input_audio_transcription.completed', item_id: 'v', transcript: 'Hello?' });
    socket.receive({ type: 'response.created', response: { id: 'r1' } });
    socket.receive({ type: 'response.output_audio.delta', response_id: 'r1', item_id: 'i1', delta: silence(1) });
    socket.receive({ type: 'response.output_audio_transcript.delta', response_id: 'r1', item_id: 'i1', delta: 'Good morning.' });
    socket.receive({ type: 'response.output_audio_transcript.done', response_id: 'r1', item_id: 'i1', transcript: 'Good morning.' });
    socket.receive({ type: 'response.done', response: { id: 'r1' } });
    await settled();
    avatar.play('playing');
    assert.deepEqual(avatar.speeches[0].options.sampleRateHz, 24_000);
    assert.isTrue(avatar.speeches[0].hasEnded);
    assert.deepEqual(said, ['visitor: Hello?', 'agent: Good morning.']);
    assert.deepEqual(states, ['listening', 'thinking', 'speaking']);
    assert.deepEqual(socket.sent, []);
  });

  it('truncates to what was heard of the item when the visitor speaks, and drops the late deltas', async () => {
    const socket = new FakeSocket();
    const { avatar, link } = attached(openai(socket));
    const delta = (id: string, item: string): void =>
      socket.receive({ type: 'response.audio.delta', response_id: id, item_id: item, delta: silence(1) });
    socket.receive({ type: 'response.created', response: { id: 'r1' } });
    delta('r1', 'i1');
    delta('r1', 'i2');
    await settled();
    avatar.play('playing');
    avatar.currentTime = 1.2345;
    socket.receive({ type: 'input_audio_buffer.speech_started' });
    assert.deepEqual(socket.sent, [{ type: 'conversation.item.truncate', item_id: 'i2', content_index: 0, audio_end_ms: 234 }]);
    delta('r1', 'i2');
    await settled();
    assert.lengthOf(avatar.speeches, 1);
    assert.equal(avatar.speeches[0].bytes, 96_000);
    socket.receive({ type: 'response.created', response: { id: 'r2' } });
    delta('r2', 'i3');
    await settled();
    avatar.play('playing');
    avatar.currentTime = 0.5;
    link.interrupt();
    assert.deepEqual(socket.sent.slice(1), [
      { type: 'response.cancel' },
      { type: 'conversation.item.truncate', item_id: 'i3', content_index: 0, audio_end_ms: 500 },
    ]);
  });

  it('takes a session of the SDK, and keeps it from truncating by its own clock', () => {
    const sent: object[] = [];
    const transport = Object.assign(new FakeClient(), {
      sendEvent: (event: object) => sent.push(event),
      _firstAudioTimestamp: 1 as number | undefined,
    });
    const { avatar, link } = attached(openai({ transport }));
    transport.emit('*', { type: 'input_audio_buffer.speech_started' });
    assert.equal(link.state, 'listening');
    assert.isUndefined(transport._firstAudioTimestamp);
    avatar.dispatchEvent(Object.assign(new Event('avatar-interrupted'), { interruption: { turnId: 'r', itemId: 'i', itemSeconds: 1 } }));
    assert.lengthOf(sent, 1);
  });

  it('drops an answer that is interrupted before its first sound', async () => {
    const socket = new FakeSocket();
    const { avatar } = attached(openai(socket));
    socket.receive({ type: 'response.created', response: { id: 'r1' } });
    socket.receive({ type: 'input_audio_buffer.speech_started' });
    socket.receive({ type: 'response.audio.delta', response_id: 'r1', item_id: 'i1', delta: silence(1) });
    await settled();
    assert.lengthOf(avatar.speeches, 0);
  });

  it('takes a track over WebRTC, and stops the service when the page interrupts', async () => {
    const channel = new FakeSocket();
    const voice = { a: 'stream' } as unknown as MediaStream;
    const { avatar, link } = attached(openai(channel, { voice }));
    assert.equal(avatar.live[0].source, voice);
    channel.receive({ type: 'response.created', response: { id: 'r1' } });
    avatar.dispatchEvent(Object.assign(new Event('avatar-interrupted'), { interruption: { turnId: null, itemId: null } }));
    assert.deepEqual(
      channel.sent.map(({ type }) => type),
      ['response.cancel', 'output_audio_buffer.clear'],
    );
    link.close();
    assert.isTrue(avatar.live[0].signal!.aborted);
  });

  it('reports bad audio and a lost connection, and is stuck by neither', async () => {
    const socket = new FakeSocket();
    const { avatar, link, errors } = attached(openai(socket));
    socket.receive({ type: 'response.created', response: { id: 'r1' } });
    socket.receive({ type: 'response.audio.delta', response_id: 'r1', item_id: 'i1', delta: '***' });
    socket.receive({ type: 'error', error: { message: 'Too many.' } });
    assert.deepEqual(errors, ['invalidAudioInput', 'connectionFailed']);
    socket.receive({ type: 'response.audio.delta', response_id: 'r1', item_id: 'i1', delta: silence(1) });
    await settled();
    avatar.play('playing');
    socket.dispatchEvent(new Event('close'));
    assert.equal(link.state, 'idle');
    assert.equal(openTurn(avatar, 'own').isOpen, true);
  });
});

describe('gemini()', () => {
  it('speaks a model turn, and not the rest of an interrupted one', async () => {
    const agent = gemini();
    const { avatar, states } = attached(agent);
    const audio = { modelTurn: { parts: [{ inlineData: { mimeType: 'audio/pcm;rate=24000', data: silence(1) } }] } };
    agent.receive({ serverContent: { inputTranscription: { text: 'Hi' } } });
    agent.receive({ serverContent: audio });
    agent.receive({ serverContent: { outputTranscription: { text: 'Hello.' } } });
    await settled();
    avatar.play('playing');
    agent.receive({ serverContent: { interrupted: true } });
    await settled();
    assert.isTrue(avatar.speeches[0].hasEnded);
    agent.receive({ serverContent: audio });
    agent.receive({ serverContent: { turnComplete: true } });
    await settled();
    assert.lengthOf(avatar.speeches, 2);
    assert.isTrue(avatar.speeches[1].hasEnded);
    assert.deepEqual(states.slice(0, 2), ['listening', 'speaking']);
  });
});

describe('elevenlabs()', () => {
  it('speaks by the rate of the session, with captions by the alignment, answers pings and stops', async () => {
    const socket = new FakeSocket();
    const { avatar, said } = attached(elevenlabs(socket));
    socket.receive({
      type: 'conversation_initiation_metadata',
      conversation_initiation_metadata_event: { agent_output_audio_format: 'pcm_24000' },
    });
    socket.receive({ type: 'user_transcript', user_transcription_event: { user_transcript: 'Hi' } });
    const alignment = { chars: [...'Yes.'], char_start_times_ms: [0, 100, 200, 300], char_durations_ms: [100, 100, 100, 100] };
    for (const alignments of [alignment, alignment]) {
      socket.receive({ type: 'audio', audio_event: { audio_base_64: silence(1), event_id: 1, alignment: alignments } });
      await settled();
    }
    assert.equal(avatar.speeches[0].options.sampleRateHz, 24_000);
    assert.deepEqual(
      avatar.cues.map(({ start, text }) => [start, text]),
      [
        [0, 'Yes.'],
        [1, 'Yes.'],
      ],
    );
    socket.receive({ type: 'ping', ping_event: { event_id: 7 } });
    assert.deepEqual(socket.sent, [{ type: 'pong', event_id: 7 }]);
    avatar.play('playing');
    socket.receive({ type: 'interruption', interruption_event: { event_id: 2 } });
    await settled();
    assert.equal(avatar.conversationState, 'idle');
    assert.deepEqual(said, ['visitor: Hi']);
  });
});

describe('livekit()', () => {
  it('gives the agent of the room a face, and nobody else', async () => {
    const track = (name: string) => ({ kind: 'audio', mediaStreamTrack: { name } as unknown as MediaStreamTrack });
    const visitor = { identity: 'visitor', kind: 0, attributes: {} };
    const agent = { identity: 'agent', kind: 4, attributes: { 'lk.agent.state': 'thinking' } as Record<string, string> };
    let read: ((reader: never, from: { identity: string }) => void) | null = null;
    const room = Object.assign(new FakeClient(), {
      remoteParticipants: new Map([
        ['visitor', visitor],
        ['agent', agent],
      ]),
      localParticipant: { identity: 'me' },
      registerTextStreamHandler: (_topic: string, handle: (reader: never, from: { identity: string }) => void) => void (read = handle),
      unregisterTextStreamHandler: () => void (read = null),
    });
    const { avatar, link, states, said } = attached(livekit(room));
    assert.equal(link.state, 'thinking');
    room.emit('trackSubscribed', track('of a visitor'), {}, visitor);
    assert.lengthOf(avatar.live, 0);
    room.emit('trackSubscribed', track('of the agent'), {}, agent);
    assert.lengthOf(avatar.live, 1);
    agent.attributes['lk.agent.state'] = 'listening';
    room.emit('participantAttributesChanged', {}, agent);
    const text = (attributes: object) =>
      ({
        info: { id: '1', attributes },
        async *[Symbol.asyncIterator]() {
          yield 'Hello';
        },
      }) as never;
    read!(text({ 'lk.transcription_final': 'true' }), { identity: 'me' });
    read!(text({}), { identity: 'agent' });
    read!(text({}), { identity: 'visitor' });
    await settled();
    assert.deepEqual(said, ['visitor: Hello', 'agent: Hello']);
    assert.deepEqual(states, ['thinking', 'listening']);
    link.close();
    assert.equal(room.listenerCount, 0);
    assert.isNull(read);
  });
});

describe('pipecat() and vapi()', () => {
  it('follow who speaks and what is said', () => {
    const client = new FakeClient();
    const { avatar, states, said } = attached(pipecat(client));
    client.emit('trackStarted', { kind: 'audio' }, { local: true });
    client.emit('trackStarted', { kind: 'audio' }, { local: false });
    assert.lengthOf(avatar.live, 1);
    client.emit('userStartedSpeaking');
    client.emit('userTranscript', { text: 'Hi', final: true });
    client.emit('userStoppedSpeaking');
    avatar.play('playing');
    client.emit('botStoppedSpeaking');
    avatar.play('idle');
    assert.deepEqual(states, ['listening', 'thinking', 'speaking', 'idle']);
    assert.deepEqual(said, ['visitor: Hi']);
  });

  it('find the track of the call', () => {
    const persistentTrack = { kind: 'audio' };
    const client = Object.assign(new FakeClient(), {
      getDailyCallObject: () => ({
        participants: () => ({ local: { local: true }, bot: { local: false, tracks: { audio: { persistentTrack } } } }),
      }),
    });
    const { avatar, said } = attached(vapi(client));
    client.emit('call-start');
    assert.equal(avatar.live[0].source, persistentTrack);
    client.emit('message', { type: 'transcript', role: 'assistant', transcriptType: 'final', transcript: 'Hello' });
    assert.deepEqual(said, ['agent: Hello']);
  });
});
