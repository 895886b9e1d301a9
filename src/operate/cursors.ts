import { asEventId, asOrderId, asShopOrNone, orderKey, type OrderKey } from '../order/identity.ts';
import { invalidParameter } from './refusal.ts';

/**
 * Where a page ends, as an opaque cursor for the client. A cursor that comes back is not trusted: one that
 * was not made here is refused and never reaches a query.
 */

/** A position after this order, in a list sorted by creation time and then by key. */
export interface OrderMark {
  /** Null: its creation time is unknown. */
  at: Date | null;
  order: OrderKey;
}

export function orderCursor(mark: OrderMark | null): string | null {
  return mark === null ? null : asText(`${mark.at === null ? '-' : mark.at.getTime()} ${mark.order}`);
}

/** @throws Refusal */
export function readOrderCursor(cursor: string | undefined): OrderMark | null {
  if (cursor === undefined) return null;
  const [, ms, key = ''] = /^(-|-?\d{1,15}) (\S+)$/.exec(asGiven(cursor)) ?? [];
  const order = readKey(key);
  if (ms === undefined || !order) return refuse();
  return { at: ms === '-' ? null : new Date(Number(ms)), order };
}

/** A position after this order, in a list sorted by key. */
export function keyCursor(key: string | null): string | null {
  return key === null ? null : asText(key);
}

/** @throws Refusal */
export function readKeyCursor(cursor: string | undefined, refused = refuse): OrderKey | undefined {
  if (cursor === undefined) return undefined;
  return readKey(asGiven(cursor)) ?? refused();
}

/** A position after this event, in a list sorted by time and then by id. Null: before all events at `at`. */
export interface Mark {
  at: Date;
  event: string | null;
}

export function markCursor(mark: Mark | null): string | null {
  return mark === null ? null : asText(`${mark.at.getTime()} ${mark.event ?? ''}`);
}

/** @throws Refusal */
export function readMarkCursor(cursor: string | undefined): Mark | null {
  if (cursor === undefined) return null;
  const [, ms, event = ''] = /^(\d{1,15}) ([0-9a-f]{64})?$/.exec(asGiven(cursor)) ?? [];
  return ms === undefined ? refuse() : { at: new Date(Number(ms)), event: asEventId(event) };
}

/** A position after this record, in a list sorted by time and then by id. */
interface RecordMark {
  at: Date;
  id: string;
}

export function recordCursor(mark: RecordMark | null): string | null {
  return mark === null ? null : asText(`${mark.at.getTime()} ${mark.id}`);
}

/** @throws Refusal */
export function readRecordCursor(cursor: string | undefined): RecordMark | null {
  if (cursor === undefined) return null;
  const [, ms, id] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(asGiven(cursor)) ?? [];
  return ms === undefined || id === undefined ? refuse() : { at: new Date(Number(ms)), id };
}

/** The same for effects. @throws Refusal */
export function readEffectCursor(cursor: string | undefined): RecordMark | null {
  if (cursor === undefined) return null;
  const [, ms, id] = /^(\d{1,15}) (ef_[0-9a-f]{40})$/.exec(asGiven(cursor)) ?? [];
  return ms === undefined || id === undefined ? refuse() : { at: new Date(Number(ms)), id };
}

/** A position after the event with this sequence, in the history of an order. */
export function sequenceCursor(sequence: number | null): string | null {
  return sequence === null ? null : asText(`sequence ${sequence}`);
}

/** @throws Refusal */
export function readSequenceCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const [, sequence] = /^sequence (\d{1,15})$/.exec(asGiven(cursor)) ?? [];
  return sequence === undefined ? refuse() : Number(sequence);
}

/** The place of the next change to read, in the blocks of the change feed. */
export interface ChangeMark {
  block: number;
  index: number;
}

export function changeCursor({ block, index }: ChangeMark): string {
  return asText(`${block}.${index}`);
}

/** @throws Refusal */
export function readChangeCursor(cursor: string | undefined): ChangeMark | null {
  if (cursor === undefined) return null;
  const [, block, index] = /^([1-9]\d{0,14})\.(\d{1,6})$/.exec(asGiven(cursor)) ?? [];
  return block === undefined ? refuse() : { block: Number(block), index: Number(index) };
}

/** Reads `<shop>/<order id>`; the id `-` is for events that name no order. */
export function readKey(text: string): OrderKey | null {
  const [shopText = '', id, ...rest] = text.split('/');
  const shop = asShopOrNone(shopText);
  if (!shop || rest.length > 0) return null;
  if (id === '-') return orderKey(shop, null);
  const orderId = asOrderId(id);
  return orderId ? orderKey(shop, orderId) : null;
}

function asText(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** Accepts only the canonical spelling: base64 has several spellings of the same text. */
function asGiven(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  return asText(text) === cursor ? text : '';
}

function refuse(): never {
  throw invalidParameter('cursor', 'not a valid cursor');
}
