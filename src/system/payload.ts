import { compressSync, uncompressSync } from 'lz4-napi';
import { DICTIONARIES } from './payload-dictionary.ts';

/**
 * The format of bodies in mailboxes, spool and journal: one byte with the number of a dictionary, then the
 * size, then LZ4. Compressing + decompressing 6.3 kB takes: LZ4 9 + 4 µs, to 1.8 kB (1.2 kB with the
 * dictionary); deflate 17 + 11 µs, to 1.2 kB; zstd 29 + 21 µs, to 1.2 kB, nearly all of it for creating its
 * context. Each event is compressed once, in ingest, and decompressed once, in a worker; the journal stores
 * the compressed bytes.
 */
const NEWEST = DICTIONARIES.length - 1;

export function compress(body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([NEWEST]), compressSync(asBuffer(body), DICTIONARIES[NEWEST])]);
}

/** The number and the size. */
const FRONT_BYTES = 5;
/** No body is larger (MAX_BODY_BYTES). Without this limit, a damaged size could allocate 4 GB. */
const LARGEST = 16 * 1024 * 1024;

/** @throws when the bytes are not a valid payload */
export function decompress(payload: Uint8Array): Buffer {
  const bytes = asBuffer(payload);
  const dictionary = DICTIONARIES[bytes[0] ?? DICTIONARIES.length];
  if (!dictionary || bytes.length <= FRONT_BYTES || bytes.readUInt32LE(1) > LARGEST)
    throw new Error('the stored bytes are not a valid payload');
  return uncompressSync(bytes.subarray(1), dictionary);
}

/** A dictionary can be read one release before it is written, so an unknown number is at most a bit newer. */
const NEWER_AT_MOST = 8;

/** Whether a newer version wrote it. It then waits for a program that can read it. */
export function isNewer([dictionary = 0]: Uint8Array): boolean {
  return dictionary > NEWEST && dictionary <= NEWEST + NEWER_AT_MOST;
}

/** The same bytes, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lean reads return MongoDB's Binary, models return a Buffer. */
export function bytesOf(payload: Buffer | { buffer: Uint8Array }): Uint8Array {
  return Buffer.isBuffer(payload) ? payload : payload.buffer;
}

/** The body. Bytes that are not a valid payload are returned unchanged: a drain parks them later. */
export function bodyOr(payload: Uint8Array): Buffer {
  try {
    return decompress(payload);
  } catch {
    return asBuffer(payload);
  }
}
