import { isUtf8 } from 'node:buffer';
import express, { type Router } from 'express';
import { z } from 'zod';
import { asEventId, asOrderId, asShopDomain, orderKey, type OrderKey } from '../order/identity.ts';
import { STATUSES } from '../order/status.ts';
import { decompress } from '../persist/payload.ts';
import { authorize } from './authorize.ts';
import type { OrderReader } from './order-reader.ts';
import type { SystemStatus } from './status-reader.ts';
import { mayActAs, type Role } from './tokens.ts';
import { timelineEntry } from './views.ts';

export interface ApiTools {
  jwtSecret: string;
  orders: OrderReader;
  status: () => Promise<SystemStatus>;
}

/** The most orders of one page: 200 of 10 kB are 2 MB. */
const LARGEST_PAGE = 200;

const orderQuery = z.strictObject({
  shop: z
    .string()
    .refine((text) => asShopDomain(text) !== null, 'is no shop domain')
    .transform((text) => text.toLowerCase())
    .optional(),
  status: z.enum(STATUSES).optional(),
  name: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(50),
  cursor: z
    .string()
    .max(1000)
    .transform((text) => Buffer.from(text, 'base64url').toString())
    .refine((text) => readKey(text) !== null, 'is no cursor of ours')
    .optional(),
});

/** The read API (contract, "HTTP: API"). Bad input is a 400 that names the parameter. */
export function apiRouter({ jwtSecret, orders, status }: ApiTools): Router {
  const router = express.Router();
  router.use(authorize(jwtSecret, 'viewer'));

  router.get('/orders', async (request, response) => {
    const query = orderQuery.safeParse(request.query);
    if (!query.success) {
      response.status(400).json({ error: query.error.issues.map(issueText) });
      return;
    }
    const { cursor, ...filter } = query.data;
    const { orders: found, last } = await orders.list({ ...filter, after: cursor });
    response.json({ orders: found, cursor: last === null ? null : Buffer.from(last).toString('base64url') });
  });

  router.get('/orders/:shop/:orderId', async (request, response) => {
    const key = readKey(`${request.params.shop}/${request.params.orderId}`);
    const found = key ? await orders.order(key) : null;
    if (found) response.json(found);
    else response.status(404).json({ error: 'no such order in the collection orders' });
  });

  router.get('/orders/:shop/:orderId/timeline', async (request, response) => {
    const key = readKey(`${request.params.shop}/${request.params.orderId}`);
    const entries = key ? await orders.timeline(key) : null;
    if (entries) response.json({ entries });
    else response.status(404).json({ error: 'no event of such an order, in the journal or waiting' });
  });

  router.get('/events/:event', async (request, response) => {
    const withPayload = request.query.payload === '1';
    if (withPayload && !mayActAs(response.locals.role as Role, 'operator')) {
      response.status(403).json({ error: 'the role operator is needed for payloads' });
      return;
    }
    const id = asEventId(request.params.event);
    const found = id ? await orders.event(id) : null;
    if (!found) {
      response.status(404).json({ error: 'no such event in the journal' });
      return;
    }
    const payload = withPayload ? payloadOf(await decompress(bytesOf(found.payload))) : {};
    response.json({ ...timelineEntry(found), shop: found.shop, order: found.order, ...payload });
  });

  router.get('/status', async (_request, response) => {
    response.json(await status());
  });
  router.use((_request, response) => {
    response.status(404).json({ error: 'no such route' });
  });
  return router;
}

/** `<shop>/<order id>`; `-` stands for events that name no order. */
function readKey(text: string): OrderKey | null {
  const [shopText = '', id, ...rest] = text.split('/');
  const shop = asShopDomain(shopText);
  if (!shop || rest.length > 0) return null;
  if (id === '-') return orderKey(shop, null);
  const orderId = asOrderId(id);
  return orderId ? orderKey(shop, orderId) : null;
}

function issueText(issue: z.core.$ZodIssue): string {
  // A filter that is not known would otherwise show everything.
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: is no parameter of this request`;
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** As text; bytes that are no UTF-8 as base64, so that what came in can always be had as it came. */
function payloadOf(body: Buffer): { payload: string } | { payloadBase64: string } {
  return isUtf8(body) ? { payload: body.toString() } : { payloadBase64: body.toString('base64') };
}

/** Lean reads give MongoDB's Binary, models give a Buffer. */
function bytesOf(payload: Buffer | { buffer: Uint8Array }): Uint8Array {
  return Buffer.isBuffer(payload) ? payload : payload.buffer;
}
