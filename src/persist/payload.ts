import { zstdCompress, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';

/** Bodies at rest: zstd, about a sixth of the size for Shopify's JSON. */
export const compress: (body: Uint8Array) => Promise<Buffer> = promisify(zstdCompress);

export const decompress: (payload: Uint8Array) => Promise<Buffer> = promisify(zstdDecompress);
