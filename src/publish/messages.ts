import { partsOf, trustedOrderKey } from '../order/identity.ts';
import { readJson } from '../order/lossless-json.ts';
import { damageOf } from '../order/order-shape.ts';
import type { Order } from '../order/order.ts';
import { shownOrder } from '../order/shown-order.ts';
import type { Cause, Causes } from '../persist/causes.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import type { SetOffStore } from '../persist/set-off-store.ts';
import { storedText } from '../persist/stored-json.ts';
import { Fault } from '../system/errors.ts';
import { ordersAt, type OrderAt, type OrderSources } from './orders-at.ts';

/** What is sent for an effect, as JSON text. Its numbers are as exact as Shopify's. */
export interface Message {
  id: string;
  text: string;
  /** What it is about, for sinks that need more than the text: a transformation may have left it out. */
  about: About;
  /** The effect whose handler made this change; absent: not known, or an operator asked for it. */
  cause?: Cause;
}

/** Why there is no message: the stored order was changed by hand. Without customer data. */
export interface Unmade {
  damage: string;
}

interface About extends Pick<EffectDocument, 'order' | 'shop' | 'version' | 'sequence' | 'occurredAt'> {
  orderId: string | null;
  name: string | null;
  status: string;
  type: string;
}

/** The webhook ids of these events. */
export type WebhookIds = (events: readonly string[]) => Promise<ReadonlyMap<string, string | null>>;

export interface MessageSources extends OrderSources {
  webhookIds: WebhookIds;
  /** Of messages that handlers set off. */
  bodies: SetOffStore['bodies'];
  causes: Causes['of'];
}

/** The messages of a lane's effects, by effect. Made when they are sent: what was redacted meanwhile is not in them. */
export async function messagesOf(
  effects: readonly EffectDocument[],
  sources: MessageSources,
): Promise<Map<string, Message | Unmade>> {
  // An event whose journal entry was not there yet when it was routed.
  const events = effects.flatMap(({ event, webhookId }) =>
    webhookId === null && event !== null ? event : [],
  );
  const changes = effects.filter(({ hasBody }) => !hasBody);
  const setOff = effects.filter(({ hasBody }) => hasBody);
  const [orders, webhookIds, causes, bodies, newest] = await Promise.all([
    ordersAt(changes, sources),
    sources.webhookIds(events),
    sources.causes(changes),
    sources.bodies(setOff.map(({ _id }) => _id)),
    setOff[0] ? sources.load(trustedOrderKey(setOff[0].order)) : null,
  ]);
  const webhookIdOf = ({ webhookId, event }: EffectDocument) =>
    webhookId ?? webhookIds.get(event ?? '') ?? null;
  return new Map<string, Message | Unmade>([
    ...changes.map((effect) => {
      const at = orders.get(effect._id) ?? { order: null, isNewer: false };
      const cause = causes.get(effect._id);
      const head = headOf(effect, at, webhookIdOf(effect), cause?.effect ?? effect.causedBy ?? null);
      const data = dataOf(at.order, effect, at.isNewer);
      if (typeof data !== 'string') return [effect._id, data] as const;
      const message = messageOf(effect, at, head, data);
      return [effect._id, cause && !effect.isAsked ? { ...message, cause } : message] as const;
    }),
    ...setOff.map((effect) => {
      const at = { order: newest, isNewer: false };
      const head = headOf(effect, at, null, effect.causedBy ?? null);
      return [effect._id, messageOf(effect, at, head, bodies.get(effect._id) ?? 'null')] as const;
    }),
  ]);
}

function messageOf(effect: EffectDocument, at: OrderAt, head: object, data: string): Message {
  const text = `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
  return { id: effect._id, text, about: aboutOf(effect, at) };
}

function aboutOf(effect: EffectDocument, { order: known }: OrderAt): About {
  const { order, shop, version, sequence, occurredAt, topic: type, after } = effect;
  const { orderId } = partsOf(trustedOrderKey(order));
  return {
    order,
    shop,
    version,
    sequence,
    occurredAt,
    type,
    orderId,
    name: known?.name ?? null,
    status: after.status,
  };
}

/** The message as a value, for expressions. A number that JavaScript cannot represent exactly is text. */
export function valueOf({ text }: Pick<Message, 'text'>): unknown {
  const json = readJson(Buffer.from(text));
  return json.ok ? json.value : null;
}

function headOf(
  effect: EffectDocument,
  { order, isNewer }: OrderAt,
  webhookId: string | null,
  causedBy: string | null,
): object {
  const { _id, topic, order: key, shop, sequence, version, occurredAt, event, before, after, late } = effect;
  return {
    id: _id,
    type: topic,
    shop,
    order: { key, id: partsOf(trustedOrderKey(key)).orderId, name: order?.name ?? null },
    sequence,
    version,
    occurredAt: occurredAt.toISOString(),
    event: event === null ? null : { id: event, webhookId },
    moved: before?.status === after.status ? null : { from: before?.status ?? null, to: after.status },
    before,
    after,
    late,
    causedBy,
    ...(isNewer && { dataIsNewer: true }),
  };
}

/**
 * The newest state of an order, as messages have it. A number that JavaScript cannot represent exactly is text.
 * @throws Fault `damaged`
 */
export async function newestOf(order: string, { load }: Pick<OrderSources, 'load'>): Promise<unknown> {
  return valueOf({ text: orderText(await load(trustedOrderKey(order))) });
}

function dataOf(order: Order | null, { version }: EffectDocument, isNewer: boolean): string | Unmade {
  try {
    return orderText(order, isNewer ? {} : { version });
  } catch (error) {
    if (error instanceof Fault && error.code === 'damaged') return { damage: error.message };
    throw error;
  }
}

/** The order as the API shows it, with its body if that is stored. @throws Fault `damaged` */
function orderText(order: Order | null, more: { version?: number } = {}): string {
  if (!order) return 'null';
  try {
    if (hasUnreadData(order)) throw new Error('data of another system cannot be read');
    const missing = { waitingEvents: null, parkedEvents: order.parkedEvents };
    const text = JSON.stringify({ ...shownOrder(order, missing), ...more });
    const body = order.whole?.body;
    return body ? `${text.slice(0, -1)},"body":${bodyText(body)}}` : text;
  } catch (error) {
    const [damage] = error instanceof Fault ? [] : damageOf(order);
    throw damage === undefined ? error : new Fault('damaged', damage, error);
  }
}

/** Such data is loaded as null (stored-external.ts). A message must not claim that it is null. */
function hasUnreadData({ external = {} }: Order): boolean {
  return Object.values(external).some(({ data }) => data === (null as unknown));
}

function bodyText(body: object): string {
  const text = storedText(body);
  if (!text.startsWith('{')) throw new Fault('damaged', 'order.body is not an object');
  return text;
}
