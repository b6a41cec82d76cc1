/** Volume of one avatar, under AvatarKit's documented names. */
import { ControllerNotices } from './controller-notices.js';
import type { SpeechOutput } from './controller-parts.js';

export class SoundControls extends ControllerNotices {
  private readonly output: Pick<SpeechOutput, 'setVolume' | 'setMuted'>;
  private _volume = 1;
  private _isMuted = false;

  constructor(output: Pick<SpeechOutput, 'setVolume' | 'setMuted'>) {
    super();
    this.output = output;
  }

  get volume(): number {
    return this._volume;
  }

  /** 0..1; values beyond are clamped. */
  set volume(value: number) {
    if (!Number.isFinite(value)) return;
    this._volume = Math.min(1, Math.max(0, value));
    this.output.setVolume(this._volume);
  }

  setVolume(volume: number): void {
    this.volume = volume;
  }

  getVolume(): number {
    return this._volume;
  }

  get muted(): boolean {
    return this._isMuted;
  }

  set muted(isMuted: boolean) {
    this._isMuted = isMuted;
    this.output.setMuted(isMuted);
  }
}
