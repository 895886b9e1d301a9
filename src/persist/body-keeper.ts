import { exactJson, NumberText } from '../order/exact-json.ts';
import type { Known } from '../order/known.ts';
import { masked } from '../order/mask.ts';
import type { Kept } from '../order/sent-body.ts';
import { joinable, keepNothing, type KeepBody } from '../order/whole-body.ts';
import { toStored } from './stored-json.ts';

/** What orders store of whole-order bodies (ORDER_BODY), as MongoDB stores it. */
export function createBodyKeeper(setting: Kept | 'none'): KeepBody {
  if (setting === 'none') return keepNothing;
  return ({ body: bytes }, json, isReconciled) => {
    const shown = setting === 'full' ? { bytes, json } : maskedBody(bytes);
    if (!shown || typeof shown.json !== 'object' || shown.json === null) return null;
    const exact = exactJson(shown.bytes, shown.json) as object;
    const fields = joinable(isReconciled ? withNumericIds(exact) : exact, isReconciled);
    return { body: toStored(fields) as Known, kept: setting, bytes: bytes.length };
  };
}

function maskedBody(body: Uint8Array): { bytes: Uint8Array; json: unknown } | null {
  const text = masked(body);
  return text === null ? null : { bytes: Buffer.from(text), json: JSON.parse(text) as unknown };
}

/** Ids of reconciled orders are text (reconcile/order-body.ts); in webhooks, they are numbers. */
const ID = /^(id|\w+_id)$/;

function withNumericIds<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withNumericIds) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, each]: [string, unknown]) => [
    key,
    ID.test(key) && typeof each === 'string' && /^\d+$/.test(each) ? numberOf(each) : withNumericIds(each),
  ]);
  return Object.fromEntries(fields) as Value;
}

function numberOf(digits: string): number | NumberText {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : new NumberText(digits);
}
