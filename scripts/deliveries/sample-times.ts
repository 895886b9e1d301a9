import { readKept, writeKept } from '../local/kept.ts';

/** Samples end now: the first page of the dashboard says seconds. */
const LIFE_MS = 60_000;
const FILE = 'samples.json';
/** The oldest are forgotten: sent again, such a sample is a new one. */
const MOST = 1000;

/**
 * When a sample order's life began: just now the first time, and then always the same, so that sending it again
 * shows what duplicates do. Kept until `npm run reset`, as the data is.
 */
export function beginOf(shop: string, order: number, now = Date.now()): Date {
  const begun = readKept<Record<string, number>>(FILE, {});
  const name = `${shop} ${order}`;
  const known = begun[name];
  if (known !== undefined) return new Date(known);
  const begin = now - LIFE_MS;
  const all = Object.entries({ ...begun, [name]: begin }).slice(-MOST);
  writeKept(FILE, Object.fromEntries(all));
  return new Date(begin);
}
