/** Initial levels of the voice and of the room, dB re full scale. */
const START_SPEECH_DB = -24;
const START_FLOOR_DB = -62;
/** From this far below the voice's own level the mouth counts as fully at rest. */
const RANGE_DB = 26;
const UNVOICED = 0.5;

/**
 * Loudness relative to the speaker's usual loudness, so that quiet and loud recordings move the mouth alike. Follows the voice's
 * level within a second and the room's within a few. 100 frames a second.
 */
export class Loudness {
  /** Level of the voice's loud parts, dB. */
  speechDb = START_SPEECH_DB;
  /** Level of the room, dB. */
  floorDb = START_FLOOR_DB;

  /** @param voicing 0 (noise) .. 1 (periodic). */
  update(levelDb: number, voicing: number): void {
    // The floor falls at once (15 ms) and rises by 2.5 dB a second: pauses set it, speech cannot lift it far. A fan that was
    // switched on is learnt within a second: sound without pitch for that long is not speech.
    if (levelDb < this.floorDb) this.floorDb += (levelDb - this.floorDb) * 0.5;
    else this.floorDb += voicing < UNVOICED ? 0.25 : 0.025;
    this.floorDb = Math.min(-34, Math.max(-66, this.floorDb));
    // The voice's level rises within 80 ms of a louder sound, falls over about two seconds, and only during speech.
    if (levelDb > this.speechDb) this.speechDb += (levelDb - this.speechDb) * 0.12;
    else if (levelDb > this.floorDb + 10 && levelDb > this.speechDb - 30) this.speechDb += (levelDb - this.speechDb) * 0.004;
    this.speechDb = Math.min(-6, Math.max(this.floorDb + 14, -52, this.speechDb));
  }

  /** 0 (silent) .. 1 (the voice's usual loudness) .. 1.15 (emphasis). */
  relative(levelDb: number): number {
    const range = Math.min(RANGE_DB, this.speechDb - this.floorDb - 6);
    return Math.min(1.15, Math.max(0, (levelDb - this.speechDb + range) / range));
  }

  reset(): void {
    this.speechDb = START_SPEECH_DB;
    this.floorDb = START_FLOOR_DB;
  }
}
