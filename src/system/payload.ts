import { compressSync, uncompressSync } from 'lz4-napi';

/**
 * Bodies as they wait and as they are kept: LZ4 behind their size, about a third of Shopify's JSON.
 * Of 6.3 kB, there and back: LZ4 9 + 4 µs to 1.8 kB, deflate 17 + 11 µs to 1.2 kB, zstd 29 + 21 µs to 1.2 kB
 * (nearly all of it the making of its context). An event goes there once, at ingest, and back once, in a
 * worker; the journal keeps the bytes that waited.
 */
export function compress(body: Uint8Array): Buffer {
  return compressSync(asBuffer(body));
}

const SIZE_BYTES = 4;
/** No body is larger (MAX_BODY_BYTES): a damaged size must not ask for 4 GB. */
const LARGEST = 16 * 1024 * 1024;

/** @throws where the bytes are no payload */
export function decompress(payload: Uint8Array): Buffer {
  const bytes = asBuffer(payload);
  if (bytes.length <= SIZE_BYTES || bytes.readUInt32LE() > LARGEST)
    throw new Error('what is kept of the body is no payload');
  return uncompressSync(bytes);
}

/** The same bytes, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lean reads give MongoDB's Binary, models give a Buffer. */
export function bytesOf(payload: Buffer | { buffer: Uint8Array }): Uint8Array {
  return Buffer.isBuffer(payload) ? payload : payload.buffer;
}
