import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { decompress } from '../../src/system/payload.ts';
import { everythingIn } from '../hostile/everything-in-redis.ts';
import type { Namespace } from './namespace.ts';

/** Everything in every collection and key, a line each, as text: bytes are included both raw and unpacked. */
export async function everythingKept({ redisUrl, mongoUri }: Namespace): Promise<string> {
  const redis = new Redis(redisUrl);
  const mongo = await mongoose.createConnection(mongoUri).asPromise();
  try {
    const lines = [...(await everythingIn(redis))].map(([key, value]) => `redis ${key} ${value}`);
    for (const collection of (await mongo.db?.collections()) ?? [])
      for await (const document of collection.find())
        lines.push(`${collection.collectionName} ${textOf(document)}`);
    return lines.join('\n');
  } finally {
    redis.disconnect();
    await mongo.close();
  }
}

function textOf(value: unknown): string {
  if (value instanceof mongoose.mongo.Binary) return bytesText(Buffer.from(value.buffer));
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name}: ${textOf(each)}`)
    .join(', ');
}

/** Texts stay as they are in JSON, so that they can be found: bodies are JSON. */
function bytesText(bytes: Buffer): string {
  try {
    return decompress(bytes).toString().replaceAll('\n', ' ');
  } catch {
    return bytes.toString('latin1').replaceAll('\n', ' ');
  }
}
