/**
 * Hears whether a person speaks into a microphone, in noise, and while a loudspeaker beside it speaks itself.
 *
 * Levels of eight bands, every 10 ms, are compared with the background: noise, whose floor is followed, and the echo
 * of the loudspeaker, whose own sound is known. How much of it comes back is learnt from what comes back; when it comes is
 * not asked, since the loudest moment of the last while counts. What stands out has to be voiced, and to last. The browser's
 * own echo cancellation makes this easier and is not relied upon.
 *
 * Runs in the audio thread: `process()` allocates nothing.
 */
import { BAND_COUNT, BandLevels } from './band-levels.js';
import { Voicing } from './voicing.js';

const HOPS_PER_SECOND = 100;
/** dB per hop that a floor falls (share of the way) and rises. */
const FLOOR_FALL = 0.08;
const FLOOR_RISE_DB = 0.03;
/** Steady noise moves by so much about its floor, dB. */
const NOISE_MARGIN_DB = 9;
/** An echo comes back at most so late, hops: output and input of the sound device, and the way between. */
const ECHO_HOPS = 35;
/** A room keeps it for longer, ever softer: dB per hop. */
const ECHO_DECAY_DB = 0.35;
/** Echo level before any echo was measured, dB: all of the output is expected back. */
const FIRST_ECHO_GAIN_DB = 3;
const LEAST_ECHO_GAIN_DB = -70;
/** dB per hop: how fast less is believed, in the first second of it and later, and how fast more. */
const FIRST_GAIN_FALL_DB = 0.6;
const GAIN_FALL_DB = 0.05;
const GAIN_RISE_DB = 0.2;
const ECHO_MARGIN_DB = 8;
/** Below this a loudspeaker is silent, and a microphone too: dB of full scale, one band. */
const SILENCE_DB = -75;
const AUDIBLE_DB = -60;
/** Above the threshold by so much a band speaks fully, dB. */
const FULL_EVIDENCE_DB = 8;
/** Share of the bands that have to stand out. */
const LEAST_EVIDENCE = 0.25;
/** Hops of evidence, and of voice among them, that make speech; both leak. */
const SPEECH_SCORE = 11;
const VOICED_SCORE = 6;
/** Keeps speech going. A click alone does not reach it. */
const LASTING_SCORE = 5;
const MAX_SCORE = 15;
const UNVOICED_WORTH = 0.35;
const SCORE_LEAK = 0.6;
/** Silence that ends speech, hops. */
const END_HOPS = 60;
/** Levels settle before they are trusted, hops. */
const FIRST_HOPS = 20;

export interface VoiceActivityListener {
  /** Somebody has begun to speak, or has been silent for 0.6 s. */
  handleVoice(isSpeaking: boolean): void;
}

/** The loudest of the last moments, per band, and how it dies away after them. */
class RecentPeaks {
  /** dB. */
  readonly levels = new Float32Array(BAND_COUNT).fill(SILENCE_DB);
  isAudible = false;
  /** `[hop, band]`, dB. */
  private readonly past = new Float32Array(ECHO_HOPS * BAND_COUNT).fill(SILENCE_DB);
  private hops = 0;

  push(levels: Float32Array): void {
    this.past.set(levels, (this.hops++ % ECHO_HOPS) * BAND_COUNT);
    this.isAudible = false;
    for (let band = 0; band < BAND_COUNT; band++) {
      let loudest = Math.max(SILENCE_DB, this.levels[band] - ECHO_DECAY_DB);
      for (let at = band; at < this.past.length; at += BAND_COUNT) loudest = Math.max(loudest, this.past[at]);
      this.levels[band] = loudest;
      if (loudest > AUDIBLE_DB) this.isAudible = true;
    }
  }
}

export class VoiceActivity {
  private readonly listener: VoiceActivityListener;
  private readonly hopFrames: number;
  private readonly microphone: BandLevels;
  private readonly loudspeaker: BandLevels;
  private readonly voicing: Voicing;
  private readonly floor = new Float32Array(BAND_COUNT);
  private readonly played = new RecentPeaks();
  private readonly heard = new RecentPeaks();
  private readonly gain = new Float32Array(BAND_COUNT).fill(FIRST_ECHO_GAIN_DB);
  private filled = 0;
  private hops = 0;
  private echoHops = 0;
  private score = 0;
  private voicedScore = 0;
  private silentHops = 0;
  private isSpeaking = false;

  constructor(rateHz: number, listener: VoiceActivityListener) {
    this.listener = listener;
    this.hopFrames = Math.round(rateHz / HOPS_PER_SECOND);
    this.microphone = new BandLevels(rateHz);
    this.loudspeaker = new BandLevels(rateHz);
    this.voicing = new Voicing(rateHz);
  }

  /**
   * @param heard The microphone, mono, −1..1, any length.
   * @param played What the loudspeaker is given at the same time, as long; undefined while it is silent.
   */
  process(heard: Float32Array, played: Float32Array | undefined): void {
    for (let at = 0; at < heard.length; at++) {
      this.microphone.push(heard[at]);
      this.voicing.push(heard[at]);
      this.loudspeaker.push(played ? played[at] : 0);
      if (++this.filled === this.hopFrames) this.hop();
    }
  }

  private hop(): void {
    this.filled = 0;
    const heard = this.microphone.take();
    const played = this.loudspeaker.take();
    if (this.hops === 0) this.floor.set(heard);
    this.hops++;
    this.played.push(played);
    this.heard.push(heard);
    if (this.played.isAudible) this.echoHops++;
    const evidence = this.evidence(heard);
    const isVoiced = evidence >= LEAST_EVIDENCE && this.voicing.isVoiced();
    this.follow(heard);
    if (this.hops > FIRST_HOPS) this.judge(evidence, isVoiced);
  }

  /** 0..1: share of the bands that stand out. */
  private evidence(heard: Float32Array): number {
    let sum = 0;
    for (let band = 0; band < BAND_COUNT; band++) {
      const echo = this.played.levels[band] + this.gain[band] + ECHO_MARGIN_DB;
      const threshold = Math.max(this.floor[band] + NOISE_MARGIN_DB, this.played.isAudible ? echo : SILENCE_DB, SILENCE_DB);
      sum += Math.min(1, Math.max(0, (heard[band] - threshold) / FULL_EVIDENCE_DB));
    }
    return sum / BAND_COUNT;
  }

  private follow(heard: Float32Array): void {
    const { gainFall, played } = this;
    for (let band = 0; band < BAND_COUNT; band++) {
      const above = heard[band] - this.floor[band];
      // An echo is no noise, and speech is none either.
      const rise = played.isAudible || this.isSpeaking ? FLOOR_RISE_DB / 3 : FLOOR_RISE_DB;
      this.floor[band] += above < 0 ? above * FLOOR_FALL : Math.min(above, rise);
      if (played.levels[band] <= AUDIBLE_DB || this.isSpeaking) continue;
      // Peaks with peaks: between two syllables nothing comes back, and that says nothing.
      const change = this.heard.levels[band] - played.levels[band] - this.gain[band];
      this.gain[band] = Math.max(LEAST_ECHO_GAIN_DB, this.gain[band] + Math.min(GAIN_RISE_DB, Math.max(-gainFall, change)));
    }
  }

  /** Before the loudspeaker's first sound can be back nothing is learnt of it. */
  private get gainFall(): number {
    if (this.echoHops < ECHO_HOPS) return 0;
    return this.echoHops < ECHO_HOPS + HOPS_PER_SECOND ? FIRST_GAIN_FALL_DB : GAIN_FALL_DB;
  }

  private judge(evidence: number, isVoiced: boolean): void {
    const isEvident = evidence >= LEAST_EVIDENCE;
    this.score = Math.min(MAX_SCORE, Math.max(0, this.score + (isVoiced ? 1 : isEvident ? UNVOICED_WORTH : -SCORE_LEAK)));
    this.voicedScore = Math.min(MAX_SCORE, Math.max(0, this.voicedScore + (isVoiced ? 1 : -SCORE_LEAK / 2)));
    this.silentHops = this.score >= LASTING_SCORE ? 0 : this.silentHops + 1;
    if (!this.isSpeaking && this.score >= SPEECH_SCORE && this.voicedScore >= VOICED_SCORE) this.tell(true);
    else if (this.isSpeaking && this.silentHops >= END_HOPS) this.tell(false);
  }

  private tell(isSpeaking: boolean): void {
    this.isSpeaking = isSpeaking;
    if (!isSpeaking) this.score = this.voicedScore = 0;
    this.listener.handleVoice(isSpeaking);
  }
}
