/** What an attached voice agent, or one in a room, does and says: events of `<spatius-avatar>`. */
export type AgentState = 'idle' | 'listening' | 'thinking' | 'speaking';

/** The state of an attached agent has changed. */
export class AvatarAgentStateEvent extends Event {
  static readonly eventName = 'avatar-agent-state';
  readonly state: AgentState;
  readonly previous: AgentState;

  constructor(state: AgentState, previous: AgentState) {
    super(AvatarAgentStateEvent.eventName);
    this.state = state;
    this.previous = previous;
  }
}

/** What the visitor or the agent says, as the agent's service writes it down. */
export class AvatarTranscriptEvent extends Event {
  static readonly eventName = 'avatar-transcript';
  readonly role: 'visitor' | 'agent';
  /** Utterances of one id replace each other until one is final. */
  readonly id: string;
  /** All of the utterance so far. */
  readonly text: string;
  readonly isFinal: boolean;

  constructor({ role, id, text, isFinal }: Pick<AvatarTranscriptEvent, 'role' | 'id' | 'text' | 'isFinal'>) {
    super(AvatarTranscriptEvent.eventName);
    this.role = role;
    this.id = id;
    this.text = text;
    this.isFinal = isFinal;
  }
}
