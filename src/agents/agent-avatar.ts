/** What agents need of `<spatius-avatar>`: its public methods, properties and events. */

/** What was heard of a speech when it was interrupted; `Interruption` of the element. */
export interface Heard {
  readonly conversationId: string;
  /** Of `openTurn`; null for other speech. */
  turnId: string | null;
  /** `itemId` of the audio that was audible; null without one. */
  itemId: string | null;
  /** Heard of the turn, or of the speech, at the loudspeaker, s. */
  heardSeconds: number;
  /** Heard of the item, s. */
  itemSeconds: number;
  /** The words heard so far; null where the text is not known. */
  heardText: string | null;
}

export interface AgentAvatar extends EventTarget {
  readonly conversationState: 'idle' | 'playing' | 'paused';
  /** Audible position in the present speech, s. */
  readonly currentTime: number;
  listening: boolean;
  mood: string;
  gaze: string;
  speak(source: unknown, options?: object): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: the element takes a stream or an element, and tests take neither.
  speakLive(source: any, options?: { signal?: AbortSignal; sound?: 'delayed' | 'elsewhere' }): Promise<void>;
  addCue(cue: { start: number; end: number; text: string }): Promise<void>;
  interrupt(): unknown;
  setAttribute?(name: string, value: string): void;
  removeAttribute?(name: string): void;
}
