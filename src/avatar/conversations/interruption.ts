/** What was heard of a speech when it was interrupted. */
export interface Interruption {
  readonly conversationId: string;
  /** Of `openTurn()` of `spatius-avatar/agents`; null for other speech. */
  turnId: string | null;
  /** What the agent calls the part of its answer that was audible; null where it is not known. */
  itemId: string | null;
  /** Heard of the turn, or of the speech, at the loudspeaker, s; 0 before its first audible sample. */
  heardSeconds: number;
  /** Heard of the item, or of the speech, s. */
  itemSeconds: number;
  /** The words heard so far; null where the text is not known. */
  heardText: string | null;
}
