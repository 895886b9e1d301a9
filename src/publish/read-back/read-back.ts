import type { DeliveredOrders } from '../../persist/delivered-orders.ts';
import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { Cipher } from '../../system/cipher.ts';
import { openSecrets } from '../secrets.ts';
import { signingKey } from '../sinks/signature.ts';
import { HttpClient } from '../sinks/http-client.ts';
import type { DestinationOf } from '../sinks/sink.ts';
import { compare, type Compared } from './compare.ts';
import { ReadBackProblem, type From, type Held } from './held.ts';
import { httpPages } from './http-pages.ts';

/** A part of a comparison ends after this time, and the next one continues. */
const PART_MS = 30_000;
/** A page that never ends is given up. */
const LONGEST_MS = 60_000;

export interface ReadBackTools {
  delivered: DeliveredOrders;
  cipher: Cipher | null;
  now: () => number;
}

/**
 * Reads what the other side has, and compares it with what it should have: one part, from where the last one ended.
 * @throws ReadBackProblem
 */
export async function compareReadBack(
  destination: DestinationDocument,
  from: From,
  { delivered, cipher, now }: ReadBackTools,
): Promise<Compared> {
  const began = now();
  const tools = { delivered, began: new Date(began), isOver: () => now() - began > PART_MS };
  const { held, close } = await readerOf(destination, from, cipher);
  try {
    return await compare(destination, held, from, null, tools);
  } finally {
    await close();
  }
}

/** Compares orders of a file: all that the other side has behind `after`, up to the last of them or to the end. */
export async function compareHeld(
  destination: DestinationDocument,
  {
    orders,
    after,
    isLast,
    at,
  }: { orders: readonly Omit<Held, 'cursor'>[]; after: string | null; isLast: boolean; at: Date },
  { delivered, now }: ReadBackTools,
): Promise<Compared> {
  const began = now();
  const held = async function* () {
    for (const each of orders) yield { ...each, cursor: null };
  };
  const until = isLast ? null : (orders.at(-1)?.key ?? after);
  const tools = { delivered, began: at, isOver: () => now() - began > PART_MS };
  return await compare(destination, held(), { after, cursor: null }, until, tools);
}

interface Reader {
  held: AsyncGenerator<Held>;
  close: () => Promise<void>;
}

async function readerOf(
  destination: DestinationDocument,
  from: From,
  cipher: Cipher | null,
): Promise<Reader> {
  const { readBack = null, kind } = destination;
  const secrets = openSecrets(destination, cipher);
  if (readBack?.kind === 'http') {
    const client = new HttpClient(destination);
    const signal = AbortSignal.timeout(LONGEST_MS);
    const held = httpPages(
      client,
      { url: readBack.url, keys: secrets.secrets.map(signingKey) },
      from,
      signal,
    );
    return { held, close: () => client.close() };
  }
  if (kind !== 'postgres') throw new ReadBackProblem('it has no `readBack`');
  const { sqlPages } = await import('./sql-pages.ts');
  const query = readBack?.query ?? null;
  const held = sqlPages(destination as DestinationOf<'postgres'>, secrets.credentials, query, from);
  return { held, close: () => Promise.resolve() };
}
