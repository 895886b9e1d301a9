import { json, Router, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { messageOf } from '../../src/system/errors.ts';
import type { FakeShop } from './fake-shop.ts';
import { isTrouble, type TroubleKind } from './trouble.ts';

/** All shops, and one shop by its name. */
interface Store {
  shops: readonly FakeShop[];
  shop: (name: string) => FakeShop;
}

/**
 * Controls the store manually: `POST /_control/<shop>/<action>` with JSON, `GET /_control/state`. The first
 * action creates the shop. Only for programs on this machine: requests from a page in a browser are refused,
 * whatever host name they use.
 */
export function controlRoutes(shopify: Store): Router {
  const router = Router();
  router.use(onlyLocalPrograms, json());
  router.get('/state', (_request, response) => {
    response.json({ shops: shopify.shops.map(stateOf) });
  });
  router.post('/:shop/:act', async (request: Request<{ shop: string; act: string }>, response) => {
    const { shop, act } = request.params;
    const perform = Object.hasOwn(ACTS, act) ? ACTS[act] : undefined;
    if (!perform) {
      response.status(404).json({ error: `unknown action ${act}; known: ${Object.keys(ACTS).join(', ')}` });
      return;
    }
    try {
      const found = shopify.shop(shop);
      const more = await perform(found, request.body ?? {});
      response.json({ ...stateOf(found), ...more });
    } catch (error) {
      response.status(400).json({ error: messageOf(error) });
    }
  });
  return router;
}

/** @returns what the answer has besides the shop's state */
type Act = (shop: FakeShop, body: unknown) => void | Promise<void | object>;
/** A sale that is larger has only these in its answer. */
const MOST_SOLD = 100;

const percent = z.number().min(0).max(100).optional();
const TROUBLE = z.object({
  kind: z.custom<TroubleKind>(isTrouble, 'unknown kind of trouble'),
  times: z.int().positive().default(1),
  at: z.enum(['admin', 'tokens', 'downloads']).default('admin'),
});
const SWITCH = z.strictObject({
  drop: percent,
  delay: percent,
  duplicate: percent,
  reorder: percent,
  hold: percent,
});
const SELL = z.object({
  orders: z.int().positive().max(100_000).default(1),
  live: z.boolean().default(false),
  ending: z.enum(['refunded_in_part', 'cancelled', 'paid']).optional(),
  withoutMishaps: z.boolean().default(false),
});
const CUSTOMER = z.object({ customerId: z.int().positive() });

const ACTS: Readonly<Record<string, Act>> = {
  install: (shop, body) => shop.install(z.object({ scopes: z.array(z.string()) }).parse(body).scopes),
  uninstall: (shop) => shop.uninstall(),
  reinstall: (shop) => shop.reinstall(),
  subscribe: (shop, body) => shop.subscribe(z.object({ topic: z.string() }).parse(body).topic),
  sell: async (shop, body) => {
    const { orders, ending, ...sale } = SELL.parse(body);
    const sold = await shop.sell(orders, { ...sale, ...(ending && { ending }) });
    return { sold: sold.slice(0, MOST_SOLD).map(({ id, number }) => ({ id, name: `#${number}` })) };
  },
  open: (shop, body) =>
    shop.open(z.object({ ordersPerMinute: z.number().positive() }).parse(body).ordersPerMinute),
  close: (shop) => shop.close(),
  change: (shop) => {
    const order = shop.orders.at(-1);
    if (!order) throw new Error('there are no orders yet');
    shop.change(order);
  },
  switch: (shop, body) => {
    const asked = Object.entries(SWITCH.parse(body)).filter(([, value]) => value !== undefined);
    shop.switch(Object.fromEntries(asked));
  },
  release: (shop) => shop.release(),
  trouble: (shop, body) => {
    const { kind, times, at } = TROUBLE.parse(body);
    shop.troubles.add(kind, { times, at });
  },
  calm: (shop) => shop.troubles.calm(),
  'expire-tokens': (shop) => shop.tokens.expireAccess(),
  'revoke-tokens': (shop) => shop.tokens.revoke(),
  'request-data': (shop, body) => shop.requestData(CUSTOMER.parse(body).customerId),
  'redact-customer': (shop, body) => shop.redactCustomer(CUSTOMER.parse(body).customerId),
  redact: (shop) => shop.redact(),
};

function stateOf({ name, installed, scopes, orders, calls, webhooks }: FakeShop): object {
  return { shop: name, installed, scopes, orders: orders.length, calls, webhooks };
}

const HERE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * A browser sends an Origin with every request that changes something, and a Host that a page may have
 * chosen.
 */
const onlyLocalPrograms: RequestHandler = (request, response, next) => {
  if (HERE.test(request.headers.host ?? '') && request.headers.origin === undefined) return next();
  response.status(403).json({ error: 'only for programs on this machine' });
};
