/** A loaded avatar. Any number of `AvatarView`s can show it. */
export class Avatar {
  /** As it was asked for. */
  readonly id: string;
  /** For people: the id, with a capital where it is a built-in one's. */
  readonly name: string;
  /** @internal */
  readonly file: Blob;
  /** Id that is sent to a Motion Server. @internal */
  readonly motionId: string;

  /** @internal */
  constructor(id: string, motionId: string, file: Blob) {
    this.id = id;
    this.motionId = motionId;
    this.name = /^[a-z]/.test(id) && id === motionId ? id[0].toUpperCase() + id.slice(1) : id;
    this.file = file;
  }
}

export interface LoadProgressInfo {
  readonly type: 'downloading' | 'completed' | 'failed';
  /** 0..1; 1 when completed. */
  readonly progress?: number;
  /** With `failed`. */
  readonly error?: Error;
}
