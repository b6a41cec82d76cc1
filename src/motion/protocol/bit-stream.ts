/** Bit streams, most significant bit first. The writer grows, the reader checks bounds; neither allocates per value. */

/** Writes bits into bytes. */
export class BitWriter {
  private bytes = new Uint8Array(256);
  private length = 0;
  private buffer = 0;
  private bufferedBits = 0;

  /** Appends the lowest `count` bits (0..24) of `value`. */
  write(value: number, count: number): void {
    this.buffer = (this.buffer << count) | (value & ((1 << count) - 1));
    this.bufferedBits += count;
    while (this.bufferedBits >= 8) {
      this.bufferedBits -= 8;
      this.pushByte((this.buffer >>> this.bufferedBits) & 0xff);
    }
    // Fewer than 8 bits remain, so that the next 24 fit.
    this.buffer &= 0xff;
  }

  /** Returns the bytes, the last one padded with zeros. The writer must not be used afterwards. */
  finish(): Uint8Array {
    if (this.bufferedBits > 0) this.write(0, 8 - this.bufferedBits);
    return this.bytes.slice(0, this.length);
  }

  private pushByte(byte: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = byte;
  }
}

/** Reads bits from bytes. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next `count` bits (0..24). @throws {RangeError} past the end. */
  read(count: number): number {
    let value = 0;
    let missing = count;
    while (missing > 0) {
      const byte = this.bytes[this.position >>> 3];
      if (byte === undefined) throw new RangeError('the packed samples are cut off');
      const available = 8 - (this.position & 7);
      const taken = Math.min(available, missing);
      value = (value << taken) | ((byte >>> (available - taken)) & ((1 << taken) - 1));
      this.position += taken;
      missing -= taken;
    }
    return value;
  }

  /** Whether only the zeros that pad the last byte are left. */
  isAtEnd(): boolean {
    if (this.bytes.length * 8 - this.position >= 8) return false;
    const rest = this.bytes.length * 8 - this.position;
    return rest === 0 || this.read(rest) === 0;
  }
}
