/**
 * Detects whether a person speaks into a microphone, in noise, and during playback from a loudspeaker beside it.
 *
 * Levels of eight bands, every 10 ms, are compared with the background: noise, whose floor is tracked, and the echo of the
 * loudspeaker, whose signal is known. The echo's gain is learnt; its delay is not needed, since the recent maximum counts. The
 * excess has to be voiced, and to last. The browser's own echo cancellation helps but is not required.
 *
 * Runs in the audio thread: `process()` allocates nothing.
 */
import { BAND_COUNT, BandLevels } from './band-levels.js';
import { Voicing } from './voicing.js';

const HOPS_PER_SECOND = 100;
/** Fall of a floor per hop (share of the distance) and its rise (dB). */
const FLOOR_FALL = 0.08;
const FLOOR_RISE_DB = 0.03;
/** Variation of steady noise above its floor, dB. */
const NOISE_MARGIN_DB = 9;
/** Largest delay of an echo, hops: output and input of the audio device, and the path between. */
const ECHO_HOPS = 35;
/** Decay of the echo in a room, dB per hop. */
const ECHO_DECAY_DB = 0.35;
/** Echo level before any echo was measured, dB: all of the output is expected back. */
const FIRST_ECHO_GAIN_DB = 3;
const LEAST_ECHO_GAIN_DB = -70;
/** dB per hop: how fast the estimated gain falls, in the first second and later, and how fast it rises. */
const FIRST_GAIN_FALL_DB = 0.6;
const GAIN_FALL_DB = 0.05;
const GAIN_RISE_DB = 0.2;
const ECHO_MARGIN_DB = 8;
/** Below this loudspeaker and microphone count as silent: dB of full scale, one band. */
const SILENCE_DB = -75;
const AUDIBLE_DB = -60;
/** Excess over the threshold at which a band counts fully, dB. */
const FULL_EVIDENCE_DB = 8;
/** Share of the bands that have to exceed the threshold. */
const LEAST_EVIDENCE = 0.25;
/** Hops of evidence, and of voice among them, that start speech; both leak. */
const SPEECH_SCORE = 11;
const VOICED_SCORE = 6;
/** Threshold that continues speech. A click alone does not reach it. */
const LASTING_SCORE = 5;
const MAX_SCORE = 15;
const UNVOICED_WORTH = 0.35;
const SCORE_LEAK = 0.6;
/** Silence that ends speech, hops. */
const END_HOPS = 60;
/** Levels settle before they are trusted, hops. */
const FIRST_HOPS = 20;

export interface VoiceActivityListener {
  /** Speech has begun, or there was silence for 0.6 s. */
  handleVoice(isSpeaking: boolean): void;
}

/** The recent maximum per band, with decay. */
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
  private readonly inputPeaks = new RecentPeaks();
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
   * @param input The microphone, mono, −1..1, any length.
   * @param played The simultaneous signal of the loudspeaker, of the same length; undefined while it is silent.
   */
  process(input: Float32Array, played: Float32Array | undefined): void {
    for (let at = 0; at < input.length; at++) {
      this.microphone.push(input[at]);
      this.voicing.push(input[at]);
      this.loudspeaker.push(played ? played[at] : 0);
      if (++this.filled === this.hopFrames) this.hop();
    }
  }

  private hop(): void {
    this.filled = 0;
    const input = this.microphone.take();
    const played = this.loudspeaker.take();
    if (this.hops === 0) this.floor.set(input);
    this.hops++;
    this.played.push(played);
    this.inputPeaks.push(input);
    if (this.played.isAudible) this.echoHops++;
    const evidence = this.evidence(input);
    const isVoiced = evidence >= LEAST_EVIDENCE && this.voicing.isVoiced();
    this.follow(input);
    if (this.hops > FIRST_HOPS) this.judge(evidence, isVoiced);
  }

  /** 0..1: share of the bands above the threshold. */
  private evidence(input: Float32Array): number {
    let sum = 0;
    for (let band = 0; band < BAND_COUNT; band++) {
      const echo = this.played.levels[band] + this.gain[band] + ECHO_MARGIN_DB;
      const threshold = Math.max(this.floor[band] + NOISE_MARGIN_DB, this.played.isAudible ? echo : SILENCE_DB, SILENCE_DB);
      sum += Math.min(1, Math.max(0, (input[band] - threshold) / FULL_EVIDENCE_DB));
    }
    return sum / BAND_COUNT;
  }

  private follow(input: Float32Array): void {
    const { gainFall, played } = this;
    for (let band = 0; band < BAND_COUNT; band++) {
      const above = input[band] - this.floor[band];
      // Echo and speech are not noise.
      const rise = played.isAudible || this.isSpeaking ? FLOOR_RISE_DB / 3 : FLOOR_RISE_DB;
      this.floor[band] += above < 0 ? above * FLOOR_FALL : Math.min(above, rise);
      if (played.levels[band] <= AUDIBLE_DB || this.isSpeaking) continue;
      // Compares peaks with peaks: pauses between syllables carry no information.
      const change = this.inputPeaks.levels[band] - played.levels[band] - this.gain[band];
      this.gain[band] = Math.max(LEAST_ECHO_GAIN_DB, this.gain[band] + Math.min(GAIN_RISE_DB, Math.max(-gainFall, change)));
    }
  }

  /** Nothing is learnt before the loudspeaker's first sound can have returned. */
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
