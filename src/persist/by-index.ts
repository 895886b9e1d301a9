import { BAD_VALUE, codeOf } from './mongo-codes.ts';

type Index = Record<string, 1 | -1>;

/**
 * Reads by an index. While MongoDB is still building it (indexes-component.ts), reads without it: slowly, with the same
 * result.
 */
export async function byIndex<Found>(
  index: Index | undefined,
  read: (options: { hint?: Index }) => Promise<Found>,
): Promise<Found> {
  if (!index) return await read({});
  try {
    return await read({ hint: index });
  } catch (error) {
    if (codeOf(error) !== BAD_VALUE) throw error;
    return await read({});
  }
}
