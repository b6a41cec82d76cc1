/**
 * Gemini Live. Its SDK takes one callback for messages: pass them to `receive`.
 *
 * @see https://ai.google.dev/api/live
 */
import type { AgentAdapter, AgentPort } from '../agent.js';
import { fieldsOf, guarded, handleGone, textOf } from './messages.js';

export interface GeminiAdapter extends AgentAdapter {
  /** `callbacks.onmessage` of `ai.live.connect()`; also a parsed message of the WebSocket. */
  receive(message: unknown): void;
  /** `callbacks.onclose`. */
  handleClose(): void;
}

export function gemini(): GeminiAdapter {
  let agent: GeminiAgent | null = null;
  const adapter: AgentAdapter = (port) => {
    agent = new GeminiAgent(port);
    return () => (agent = null);
  };
  return Object.assign(adapter, {
    receive: (message: unknown) => agent?.receive(message),
    handleClose: () => agent?.handleClose(),
  });
}

class GeminiAgent {
  private readonly port: AgentPort;
  private count = 1;

  constructor(port: AgentPort) {
    this.port = port;
  }

  receive(message: unknown): void {
    guarded(this.port, () => this.handle(fieldsOf(fieldsOf(message).serverContent)));
  }

  handleClose(): void {
    handleGone(this.port);
  }

  private handle({ modelTurn, interrupted, turnComplete, inputTranscription, outputTranscription }: Record<string, unknown>): void {
    const { port } = this;
    const id = `turn ${this.count}`;
    const heard = textOf(fieldsOf(inputTranscription).text);
    if (heard) {
      port.transcript('visitor', id, heard, { isDelta: true });
      port.setState('listening');
    }
    if (interrupted) {
      port.interrupt();
      // An answer that had no sound yet is open, too.
      this.count++;
      return port.setState('listening');
    }
    for (const part of (fieldsOf(modelTurn).parts as unknown[] | undefined) ?? []) {
      const { data, mimeType } = fieldsOf(fieldsOf(part).inlineData);
      const type = textOf(mimeType);
      if (!type.startsWith('audio/pcm')) continue;
      this.port.turn(id, { sampleRate: Number(/rate=(\d+)/.exec(type)?.[1] ?? 24_000) })?.audio(textOf(data));
    }
    const said = textOf(fieldsOf(outputTranscription).text);
    if (said) {
      port.turn(id)?.text(said);
      port.transcript('agent', id, said, { isDelta: true });
    }
    if (!turnComplete) return;
    port.turn(id)?.end();
    this.count++;
  }
}
