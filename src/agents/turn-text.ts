/**
 * The words of a turn and when they are heard. Words without times are spread over the sound that came with them: between
 * the timed words around them, and after the last of those up to the end of the sound.
 */

export interface HeardWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Piece {
  readonly text: string;
  /** NaN where unknown. */
  readonly start: number;
  readonly end: number;
}

/** Speed of speech before its end is known, characters per second: usual, and its limits. */
const USUAL_SPEED = 15;
const LEAST_SPEED = 8;
const GREATEST_SPEED = 25;
/** Characters of a caption: two lines of 37. */
const CUE_CHARACTERS = 74;
const SENTENCE_END = /[.!?…。！？؟।]["'”’»)\]」』]*\s*$/;
const SHORTEST_CUE_SECONDS = 0.3;

export class TurnText {
  private readonly pieces: Piece[] = [];
  private captionedCharacters = 0;

  /** @param startSeconds Of the turn; NaN: unknown. */
  add(text: string, startSeconds = NaN, endSeconds = NaN): void {
    if (text) this.pieces.push({ text, start: startSeconds, end: endSeconds });
  }

  get text(): string {
    return this.pieces.map(({ text }) => text).join('');
  }

  /** The text of which more than half of each word was heard. */
  heardText(seconds: number, soundSeconds: number, isEnded: boolean): string {
    const heard = this.words(soundSeconds, isEnded).filter(({ start, end }) => (start + end) / 2 <= seconds);
    return heard
      .map(({ text }) => text)
      .join('')
      .trim();
  }

  /** Captions that are complete by now and were not returned before; all of the rest at the end. */
  takeCues(soundSeconds: number, isEnded: boolean): Cue[] {
    const cues: Cue[] = [];
    let at = 0;
    let group: HeardWord[] = [];
    let length = 0;
    const finish = (): void => {
      const text = group
        .map((word) => word.text)
        .join('')
        .trim();
      const start = group[0]?.start ?? 0;
      if (text) cues.push({ start, end: Math.max(group.at(-1)!.end, start + SHORTEST_CUE_SECONDS), text });
      this.captionedCharacters = at;
      group = [];
      length = 0;
    };
    for (const word of this.words(soundSeconds, isEnded)) {
      const begin = at;
      if (begin >= this.captionedCharacters) {
        if (length > 0 && length + word.text.length > CUE_CHARACTERS) finish();
        group.push(word);
        length += word.text.length;
      }
      at = begin + word.text.length;
      if (group.length > 0 && SENTENCE_END.test(word.text)) finish();
    }
    if (isEnded && group.length > 0) finish();
    return cues;
  }

  /** All words, with times. */
  private words(soundSeconds: number, isEnded: boolean): HeardWord[] {
    const words: HeardWord[] = [];
    let untimed = '';
    let from = 0;
    const spread = (until: number): void => {
      const secondsPerCharacter = (until - from) / untimed.length;
      for (const text of untimed.match(/\S+\s*|\s+/g) ?? []) {
        const end = from + text.length * secondsPerCharacter;
        words.push({ text, start: from, end });
        from = end;
      }
      untimed = '';
    };
    for (const { text, start, end } of this.pieces) {
      if (Number.isNaN(start)) {
        untimed += text;
        continue;
      }
      spread(Math.max(start, from));
      const until = Number.isNaN(end) ? start + text.length / USUAL_SPEED : end;
      words.push({ text, start, end: until });
      from = until;
    }
    spread(from + this.restSeconds(untimed.length, soundSeconds - from, isEnded));
    return words;
  }

  private restSeconds(characters: number, seconds: number, isEnded: boolean): number {
    if (isEnded && seconds > 0) return seconds;
    if (seconds <= 0) return characters / USUAL_SPEED;
    return Math.min(Math.max(seconds, characters / GREATEST_SPEED), characters / LEAST_SPEED);
  }
}
