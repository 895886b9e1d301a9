import { HandlerMistake } from '../handle/failure.ts';
import type { HandlerChange } from '../handle/handler.ts';
import { MOST_JSON_BYTES } from '../handle/json-of.ts';
import type { NewMessage } from '../handle/protocol.ts';
import { HANDLER_PREFIX, type DestinationDocument } from '../persist/destination-schema.ts';
import type { DestinationStore } from '../persist/destination-store.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import type { SetOffStore } from '../persist/set-off-store.ts';
import { hasEnded } from '../system/destination-end.ts';
import type { DestinationKind } from '../system/destination-kinds.ts';
import { effectId, notSentYet } from './effects-of-blocks.ts';
import type { LaneQueues } from './lane-queues.ts';

/** Destinations that take no message from a handler, and why. */
const TAKES_NONE: { readonly [Kind in DestinationKind]?: string } = {
  handler: 'is a handler: handlers run for changes only',
  postgres: 'has one row for each order, which only changes of the order fill',
};

/** The type of a handler's messages: no topic looks like it. */
function messageTypeOf(handler: string): string {
  return `handler/${handler}`;
}

export interface SettingOff {
  /** Of the handler. */
  name: string;
  change: HandlerChange;
  /** Never changes: the message's id is calculated from it. */
  key: string;
  message: NewMessage;
}

/**
 * The effect that a handler sets off at another destination. It is not a change of the order: nothing moved, and it has
 * no event. @throws HandlerMistake
 */
export function effectSetOff(
  { name, change, key, message: { name: step, destination, body } }: SettingOff,
  to: Pick<DestinationDocument, 'kind' | 'shops' | 'until'> | null,
  now: Date,
): EffectDocument {
  const refused = refusalOf(destination, to, change.shop, now);
  if (refused !== null) throw new HandlerMistake(`${step}: ${refused}`);
  if (Buffer.byteLength(body) > MOST_JSON_BYTES) throw new HandlerMistake(`${step}: its body is too large`);
  const { id: causedBy, order, shop, version, late, occurredAt, after } = change;
  return {
    _id: effectId(key, step),
    destination,
    order: order.key,
    shop,
    webhookId: null,
    version,
    index: 0,
    sequence: null,
    event: null,
    topic: messageTypeOf(name),
    before: after,
    after,
    late,
    occurredAt: new Date(occurredAt),
    ...notSentYet(now),
    causedBy,
    hasBody: true,
    body,
  };
}

interface SetOffTools {
  destinations: Pick<DestinationStore, 'one'>;
  store: Pick<SetOffStore, 'append'>;
  queues: Pick<LaneQueues, 'wake'>;
  now: () => number;
}

/** Durable when it resolves. @returns the message's id @throws HandlerMistake */
export async function setOff(
  asked: SettingOff,
  { destinations, store, queues, now }: SetOffTools,
): Promise<string> {
  const to = await destinations.one(asked.message.destination);
  const effect = effectSetOff(asked, to, new Date(now()));
  await store.append(effect);
  if (to) await queues.wake(to, [effect]);
  return effect._id;
}

function refusalOf(
  name: string,
  to: Pick<DestinationDocument, 'kind' | 'shops' | 'until'> | null,
  shop: string,
  now: Date,
): string | null {
  if (name.startsWith(HANDLER_PREFIX)) return `"${name}" ${TAKES_NONE.handler}`;
  if (!to) return `there is no destination "${name}"`;
  const because = TAKES_NONE[to.kind];
  if (because !== undefined) return `"${name}" ${because}`;
  if (to.shops !== null && !to.shops.includes(shop)) return `"${name}" takes nothing from this order's shop`;
  if (hasEnded(to, now.getTime())) return `"${name}" ended ${to.until?.toISOString()}`;
  return null;
}
