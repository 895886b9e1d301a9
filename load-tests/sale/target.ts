import { readLocal } from '../../scripts/local/state.ts';
import { startStack, type Target } from './stack.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface TargetOptions {
  url?: string | undefined;
  /** The same URL once more: for one that is not on this machine. */
  really?: string | undefined;
  workers: number;
}

/**
 * A stack of the test's own, or the running one at `url`: what `npm start` serves here, or what the
 * environment names.
 * @throws where it is not on this machine and was named only once, or where nothing could be proved
 */
export async function openTarget({ url, really, workers }: TargetOptions): Promise<Target> {
  if (url === undefined) return await startStack(workers);
  const { hostname, origin } = new URL(url);
  if (!LOOPBACK.has(hostname) && really !== url)
    throw new Error(
      `${url} is not on this machine. If it is yours, and may be flooded with invented orders: --really ${url}`,
    );
  const { SHOPIFY_API_SECRET: secret, REDIS_URL: redisUrl, MONGODB_URI: mongoUri } = settingsOf(origin);
  if (!secret || !redisUrl || !mongoUri)
    throw new Error(
      `npm start does not serve ${origin} here: give SHOPIFY_API_SECRET to sign with, and REDIS_URL and MONGODB_URI for the proof`,
    );
  return {
    ingestUrl: origin,
    secret,
    redisUrl,
    mongoUri,
    partitions: Number(process.env.PARTITIONS ?? 1),
    workerUrls: [],
    close: () => Promise.resolve(),
  };
}

/** From the environment, and where that is silent from what `npm start` serves here. */
function settingsOf(origin: string): NodeJS.ProcessEnv {
  const local = readLocal();
  if (local?.ingestUrl !== origin) return process.env;
  const { shopifySecret, redisUrl, mongoUri } = local;
  return { SHOPIFY_API_SECRET: shopifySecret, REDIS_URL: redisUrl, MONGODB_URI: mongoUri, ...process.env };
}
