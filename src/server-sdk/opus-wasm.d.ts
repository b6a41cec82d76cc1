/** The WebAssembly half of `@evan/opus`, which its own declarations leave out: the same on every machine, no native code. */
declare module '@evan/opus/wasm/index.mjs' {
  export class Encoder {
    constructor(options: { channels: 1 | 2; sample_rate: number; application: string });
    /** `value` sets, no value gets. Numbers are libopus's. */
    ctl(command: number, value?: number): number;
    /** One frame of PCM s16le; the packet is the caller's. */
    encode(pcm: Uint8Array): Uint8Array;
    /** Frees its memory. */
    drop(): void;
  }
}
