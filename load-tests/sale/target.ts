import { readLocal } from '../../testkit/local/state.ts';
import { startStack, type Target } from './stack.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface TargetOptions {
  url?: string | undefined;
  /** The same URL again: required if it is not on this machine. */
  really?: string | undefined;
  workers: number;
}

/**
 * A stack started for the test, or the running one at `url`: that of `npm start`, or the one that the
 * environment names.
 * @throws if it is not on this machine and was named only once, or if nothing could be proved
 */
export async function openTarget({ url, really, workers }: TargetOptions): Promise<Target> {
  if (url === undefined) return await startStack(workers);
  const { hostname, origin, port } = addressOf(url);
  if (!LOOPBACK.has(hostname) && really !== url)
    throw new Error(
      `${url} is not on this machine. If it is yours, and may be flooded with invented orders, add --really ${url}`,
    );
  const settings = settingsOf(LOOPBACK.has(hostname) ? port : null);
  const { SHOPIFY_API_SECRET: secret, REDIS_URL: redisUrl, MONGODB_URI: mongoUri } = settings;
  if (!secret || !redisUrl || !mongoUri)
    throw new Error(
      `npm start does not serve ${origin} here: set SHOPIFY_API_SECRET to sign with, and REDIS_URL and MONGODB_URI for the proof`,
    );
  return {
    ingestUrl: origin,
    secret,
    redisUrl,
    mongoUri,
    partitions: Number(settings.PARTITIONS ?? 1),
    workerUrls: [],
    close: () => Promise.resolve(),
  };
}

function addressOf(url: string): URL {
  const address = URL.parse(url);
  if (address?.protocol.startsWith('http')) return address;
  throw new Error(`${url} is not a URL, such as http://localhost:3000`);
}

/** From the environment; what it lacks comes from the `npm start` that serves this port here. */
function settingsOf(port: string | null): NodeJS.ProcessEnv {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const local = readLocal();
  if (!local || new URL(local.ingestUrl).port !== port) return given;
  const { shopifySecret, redisUrl, mongoUri } = local;
  return { SHOPIFY_API_SECRET: shopifySecret, REDIS_URL: redisUrl, MONGODB_URI: mongoUri, ...given };
}
