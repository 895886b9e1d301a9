import { compressSync, uncompressSync } from 'lz4-napi';
import { DICTIONARIES } from './payload-dictionary.ts';

/**
 * Bodies as they wait and as they are kept: one byte, the number of a dictionary, then LZ4 behind its size.
 * Of 6.3 kB, there and back: LZ4 9 + 4 µs to 1.8 kB (with the dictionary 1.2 kB), deflate 17 + 11 µs to 1.2 kB,
 * zstd 29 + 21 µs to 1.2 kB, nearly all of it the making of its context. An event goes there once, at
 * ingest, and back once, in a worker; the journal keeps the bytes that waited.
 */
const NEWEST = DICTIONARIES.length - 1;

export function compress(body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([NEWEST]), compressSync(asBuffer(body), DICTIONARIES[NEWEST])]);
}

/** Of the number and the size. */
const FRONT_BYTES = 5;
/** No body is larger (MAX_BODY_BYTES): a damaged size must not ask for 4 GB. */
const LARGEST = 16 * 1024 * 1024;

/** @throws where the bytes are no payload */
export function decompress(payload: Uint8Array): Buffer {
  const bytes = asBuffer(payload);
  const dictionary = DICTIONARIES[bytes[0] ?? DICTIONARIES.length];
  if (!dictionary || bytes.length <= FRONT_BYTES || bytes.readUInt32LE(1) > LARGEST)
    throw new Error('what is kept of the body is no payload');
  return uncompressSync(bytes.subarray(1), dictionary);
}

/** A new dictionary is read one release before it is written, so that one that is read later is not much newer. */
const NEWER_AT_MOST = 8;

/** Whether a newer version wrote it: then it waits for one that can read it. */
export function isNewer([dictionary = 0]: Uint8Array): boolean {
  return dictionary > NEWEST && dictionary <= NEWEST + NEWER_AT_MOST;
}

/** The same bytes, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lean reads give MongoDB's Binary, models give a Buffer. */
export function bytesOf(payload: Buffer | { buffer: Uint8Array }): Uint8Array {
  return Buffer.isBuffer(payload) ? payload : payload.buffer;
}

/** The body; or the bytes as they are, where they are no payload: they go on, and a drain parks them. */
export function bodyOr(payload: Uint8Array): Uint8Array {
  try {
    return decompress(payload);
  } catch {
    return payload;
  }
}
