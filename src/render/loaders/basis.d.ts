/** Basis Universal's transcoder as three.js ships it. The build makes a module of it that needs no `eval`. */
declare module 'three/examples/jsm/libs/basis/basis_transcoder.js' {
  export interface BasisFile {
    isValid(): boolean;
    isUASTC(): boolean;
    isETC1S(): boolean;
    getWidth(): number;
    getHeight(): number;
    getLevels(): number;
    getHasAlpha(): boolean;
    startTranscoding(): boolean;
    getImageLevelInfo(level: number, layer: number, face: number): { origWidth: number; origHeight: number; width: number; height: number };
    getImageTranscodedSizeInBytes(level: number, layer: number, face: number, format: number): number;
    transcodeImage(
      target: Uint8Array,
      level: number,
      layer: number,
      face: number,
      format: number,
      flags: number,
      channel0: number,
      channel1: number,
    ): boolean;
    close(): void;
    delete(): void;
  }
  export interface BasisModule {
    initializeBasis(): void;
    KTX2File: new (bytes: Uint8Array) => BasisFile;
  }
  export interface BasisOptions {
    instantiateWasm(imports: object, done: (instance: object) => void): object;
  }
  const createBasis: (options: BasisOptions) => Promise<BasisModule>;
  export default createBasis;
}
