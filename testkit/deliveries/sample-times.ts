import { readKept, writeKept } from '../local/kept.ts';

/** Samples end at the current time, so that the dashboard's first page shows seconds, not days. */
const LIFE_MS = 60_000;
const FILE = 'samples.json';
/** Only the newest are remembered. A sample that was forgotten gets a new time when it is sent again. */
const MOST = 1000;

/**
 * When a sample order's life began: the current time when it is first sent, and the same time from then on,
 * so that sending it again shows what duplicates do. Kept until `npm run reset`, like the data.
 */
export function beginOf(shop: string, order: number): Date {
  const begun = readKept<Record<string, number>>(FILE, {});
  const name = `${shop} ${order}`;
  const known = begun[name];
  if (known !== undefined) return new Date(known);
  const begin = Date.now() - LIFE_MS;
  const all = Object.entries({ ...begun, [name]: begin }).slice(-MOST);
  writeKept(FILE, Object.fromEntries(all));
  return new Date(begin);
}
