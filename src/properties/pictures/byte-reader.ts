import { Buffer } from 'node:buffer';
import { PictureMalformed } from './errors.ts';

/** Reads forward within its bytes. What is not there refuses the file; it never reads as zero. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  ascii(length: number): string {
    return asciiOf(this.take(length));
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(littleEndian = false): number {
    return this.#view.getUint16(this.#advance(2), littleEndian);
  }

  u24(littleEndian = false): number {
    const [first, last] = littleEndian ? [this.u16(true), this.u8()] : [this.u8(), this.u16()];
    return littleEndian ? last * 2 ** 16 + first : first * 2 ** 16 + last;
  }

  u32(littleEndian = false): number {
    return this.#view.getUint32(this.#advance(4), littleEndian);
  }

  /** Above 2^53 the number is inexact, and in every use here far beyond the file's end. */
  u64(): number {
    return this.u32() * 2 ** 32 + this.u32();
  }

  #advance(length: number): number {
    if (length < 0 || length > this.left) throw PictureMalformed({ detail: 'The file ends too early' });
    const from = this.#at;
    this.#at += length;
    return from;
  }
}

export const asciiOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

export const asciiBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

export function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && asciiOf(bytes.subarray(0, text.length)) === text;
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export const u16be = (value: number): Uint8Array => new Uint8Array([value >> 8, value]);

export function u32be(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export const u32le = (value: number): Uint8Array => u32be(value).reverse();
