import type { SentEvent, Taken } from '../../accept/intake.ts';
import { asOrderId, asShopDomain, orderKey } from '../../order/identity.ts';
import type { ExternalType } from '../../order/external-types.ts';
import type { ExternalData } from '../../order/external-fact.ts';
import type { Caller } from '../caller.ts';
import { invalidField, Refusal } from '../refusal.ts';
import { eventHeaders, eventPost, eventTaken, type EventTaken } from '../shapes/intake.ts';
import { route, type Route } from './route.ts';
import { NAME_ONE } from './scope.ts';
import { parseUnambiguous } from './unambiguous.ts';

/** Takes events of other systems. */
export interface IntakeRouteTools {
  /** @throws Refusal unavailable if the event is not durable */
  take: (sent: SentEvent) => Promise<Taken>;
}

/** Of an event's data, as JSON without white space. The body has little else. */
const LARGEST_DATA = 64 * 1024;
const LARGEST_BODY = LARGEST_DATA + 4096;
/** A hundred a second, of one token. */
const PER_MINUTE = 6000;

/** The only route for tokens of the role `source`. The journal records its events, so the audit log does not. */
export function intakeRoutes({ take }: IntakeRouteTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/events',
      role: 'source',
      scope: { shopsOf: ({ body, who }) => Promise.resolve([shopOf(body.shop, who)]) },
      about:
        'Takes an event of another system for an order. 200 means that it is stored durably. To repeat a request, send the same key and the same body: the event is applied once.',
      perMinute: PER_MINUTE,
      largestBody: LARGEST_BODY,
      parseBody: parseUnambiguous,
      headers: eventHeaders,
      body: eventPost,
      answer: eventTaken,
      handle: async ({ body, who, exchange }) => {
        if (JSON.stringify(body.data).length > LARGEST_DATA)
          throw new Refusal('too_large', `data: more than ${LARGEST_DATA} bytes`);
        const shop = asShopDomain(shopOf(body.shop, who));
        const orderId = asOrderId(body.order);
        if (!shop || !orderId) throw invalidField('order', 'not an order of a shop');
        const sent: SentEvent = {
          shop,
          orderId,
          type: body.type as ExternalType,
          key: exchange.headers['idempotency-key'] ?? '',
          occurredAt: body.occurredAt ?? null,
          data: body.data as ExternalData,
          source: who.name,
        };
        return answerOf(await take(sent), sent);
      },
    }),
  ];
}

/** @throws Refusal if the token is bound to several shops and none is named */
function shopOf(named: string | undefined, { shops }: Caller): string {
  const [only, ...others] = shops ?? [];
  if (named !== undefined) return named;
  if (only === undefined || others.length > 0) throw invalidField('shop', NAME_ONE);
  return only;
}

function answerOf(taken: Taken, { shop, orderId, type }: SentEvent): EventTaken {
  const about = { order: orderKey(shop, orderId), type };
  switch (taken.outcome) {
    case 'accepted':
      return { ...taken, ...about, firstSeenAt: null };
    case 'duplicate':
      return { ...taken, ...about, firstSeenAt: taken.firstSeenAt.toISOString() };
    case 'reused':
      throw new Refusal('conflict', 'this Idempotency-Key came before with another body: use a new key');
    case 'ahead':
      throw invalidField('occurredAt', 'more than 5 minutes in the future');
    case 'unknown':
      throw new Refusal('type_unknown', `${type} is not registered; ${knownText(taken.known)}`);
    case 'unfit': {
      const errors = taken.problems.map(({ path, detail }) => ({ pointer: `#/data${path}`, detail }));
      const words = errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
      throw new Refusal(
        'data_invalid',
        `the data does not fit the schema of ${type}: ${words.join('; ')}`,
        errors,
      );
    }
  }
}

function knownText(known: readonly string[]): string {
  return known.length === 0 ? 'its source has no types' : `its source has ${known.join(', ')}`;
}
