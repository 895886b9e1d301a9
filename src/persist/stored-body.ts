import { exactJson } from '../order/exact-json.ts';
import type { Known } from '../order/known.ts';
import { masked } from '../order/mask.ts';
import type { Kept } from '../order/sent-body.ts';
import type { WholeBody } from '../order/whole-body.ts';
import { readStored, toStored } from './stored-json.ts';

/** ORDER_BODY. */
export type BodySetting = Kept | 'none';

/**
 * What a stored body is under a setting, made only from what is stored: a body can be dropped or masked, and nothing
 * else. Undefined: the order has no body.
 * @returns null: it would need a body that is not stored
 */
export function underSetting(
  whole: WholeBody | undefined,
  setting: BodySetting,
): { whole: WholeBody | undefined } | null {
  if (setting === 'none') return { whole: undefined };
  if (whole?.kept === setting) return { whole };
  if (setting === 'full' || !whole?.body) return null;
  const body = maskedBody(whole.body);
  return body && { whole: { ...whole, body, kept: setting } };
}

/**
 * A stored body as it would be if it had been stored masked. What it remembers is masked, too: lines that are `gone`
 * are masked like all others. Positions do not change, because they have only names of fields.
 */
function maskedBody(body: Known): Known | null {
  const shown = maskedTree(body);
  return isThing(shown) ? (withMemory(body, shown, []) as Known) : null;
}

/** Null: it cannot be masked. The result lacks what a body remembers. */
function maskedTree(stored: unknown): unknown {
  const read = readStored(stored);
  const text = 'text' in read ? masked(Buffer.from(read.text)) : null;
  return text === null ? null : toStored(exactJson(Buffer.from(text), JSON.parse(text)));
}

/** @param path the keys that lead to `shown`: they decide what is personal */
function withMemory(before: unknown, shown: unknown, path: readonly string[]): unknown {
  if (Array.isArray(before) && Array.isArray(shown))
    return shown.map((each, i) => withMemory(before[i], each, path));
  if (!isThing(before) || !isThing(shown)) return shown;
  const { positions, gone } = before;
  const fields = Object.entries(shown).map(([key, value]) => [
    key,
    withMemory(before[key], value, [...path, key]),
  ]);
  return {
    ...Object.fromEntries(fields),
    ...(positions && { positions }),
    ...(gone && { gone: maskedGone(gone, path) }),
  };
}

function maskedGone(gone: Record<string, Known[]>, path: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(gone).map(([list, items]) => {
      const to = [...path, list];
      return [list, withMemory(items, maskedAt(items, to), to)];
    }),
  );
}

/** Masks a value as it is masked at its place in a body. */
function maskedAt(value: unknown, path: readonly string[]): unknown {
  const around = maskedTree(path.reduceRight((inside: unknown, key) => ({ [key]: inside }), value));
  return path.reduce<unknown>((here, key) => (isThing(here) ? here[key] : null), around);
}

/** An object that is not a BSON value. */
function isThing(value: unknown): value is Known {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
