/** JSON text as UTF-8, while it is written. */
export class JsonBytes {
  /** May be set back, to write something else instead. */
  length = 0;
  #bytes: Buffer;

  /** @param size a guess, in bytes: it grows */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.length] = byte;
    this.length += 1;
  }

  /** A short text of ASCII: faster than `write`. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i += 1) this.#bytes[this.length + i] = text.charCodeAt(i);
    this.length += text.length;
  }

  write(text: string): void {
    this.#reserve(MOST_BYTES_PER_UNIT * text.length);
    this.length += this.#bytes.write(text, this.length);
  }

  copy(source: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    this.#bytes.set(source.subarray(from, to), this.length);
    this.length += to - from;
  }

  /**
   * Copies text until JSON must escape a character.
   * @param other a further character that must not be in it
   * @returns whether all of it was copied
   */
  copyPlain(source: Uint8Array, from: number, to: number, other = QUOTE): boolean {
    this.#reserve(to - from);
    const bytes = this.#bytes;
    let { length } = this;
    for (let at = from; at < to; at += 1) {
      const byte = source[at]!;
      if (byte < FIRST_PRINTABLE || byte === QUOTE || byte === BACKSLASH || byte === other) return false;
      bytes[length] = byte;
      length += 1;
    }
    this.length = length;
    return true;
  }

  toString(): string {
    return this.#bytes.toString('utf8', 0, this.length);
  }

  #reserve(more: number): void {
    const least = this.length + more;
    if (least <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * least);
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

const MOST_BYTES_PER_UNIT = 3;
const FIRST_PRINTABLE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
