import { isUtf8 } from 'node:buffer';
import { bytesOf, decompress } from '../../system/payload.ts';
import { masked } from '../../order/mask.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { readStored } from '../../persist/stored-json.ts';
import { readJson } from '../../order/lossless-json.ts';
import type { EventDetail } from '../shapes/events.ts';
import type { ShownOrder } from '../shapes/orders.ts';

type Shown = Pick<EventDetail, 'payload' | 'payloadBase64' | 'masked' | 'payloadBytes'>;

/**
 * A body as an operator sees it. Unmasked: as it was sent, as text, or as base64 if it is not UTF-8. Masked:
 * nothing is shown of a body that cannot be masked because it is not JSON.
 */
export function shownPayload(payload: Buffer | { buffer: Uint8Array }, unmasked: boolean): Shown {
  const body = decompress(bytesOf(payload));
  const payloadBytes = body.length;
  if (!unmasked) {
    const text = masked(body);
    return { ...(text === null ? {} : { payload: text }), masked: true, payloadBytes };
  }
  return isUtf8(body)
    ? { payload: body.toString(), masked: false, payloadBytes }
    : { payloadBase64: body.toString('base64'), masked: false, payloadBytes };
}

/** The same for an order's stored body. */
export function shownBody(
  { body, bodySource }: Pick<OrderDocument, 'body' | 'bodySource'>,
  unmasked: boolean,
): Pick<ShownOrder, 'body' | 'bodyLeftOut'> {
  if (!body) return bodySource?.leftOut === undefined ? {} : { bodyLeftOut: bodySource.leftOut };
  const read = readStored(body);
  if ('damage' in read) return { bodyLeftOut: read.damage };
  const text = Buffer.from(read.text);
  const json = readJson(unmasked ? text : Buffer.from(masked(text) ?? ''));
  return json.ok ? { body: json.value as Record<string, unknown> } : {};
}
