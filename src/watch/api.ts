import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response, type Router } from 'express';
import type { z } from 'zod';
import { asEventId } from '../order/identity.ts';
import { bytesOf, decompress } from '../system/payload.ts';
import { authorize } from './authorize.ts';
import type { OrderReader } from './order-reader.ts';
import type { SystemStatus } from './status-reader.ts';
import { cursorOf, issueText, orderQuery, readKey, verifyQuery } from './queries.ts';
import { mayActAs, type Role } from './tokens.ts';
import type { Verified, VerifyFilter } from './verifier.ts';
import { timelineEntry } from './views.ts';

export interface ApiTools {
  jwtSecret: string;
  orders: OrderReader;
  status: () => Promise<SystemStatus>;
  verify: (filter: VerifyFilter) => Promise<Verified>;
}

/** The read API (contract, "HTTP: API"). Bad input is a 400 that names the parameter. */
export function apiRouter({ jwtSecret, orders, status, verify }: ApiTools): Router {
  const router = express.Router();
  router.use(authorize(jwtSecret, 'viewer'));

  router.get('/orders', async (request, response) => {
    const query = queryOf(orderQuery, request, response);
    if (!query) return;
    const { cursor, ...filter } = query;
    const { orders: found, last } = await orders.list({ ...filter, after: cursor });
    response.json({ orders: found, cursor: cursorOf(last) });
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
    const payload = withPayload ? payloadOf(decompress(bytesOf(found.payload))) : {};
    response.json({ ...timelineEntry(found), shop: found.shop, order: found.order, ...payload });
  });

  router.get('/verify', authorize(jwtSecret, 'operator'), async (request, response) => {
    const query = queryOf(verifyQuery, request, response);
    if (!query) return;
    const { cursor, ...filter } = query;
    const verified = await verify({ ...filter, after: cursor });
    response.json({ ...verified, cursor: cursorOf(verified.cursor) });
  });

  router.get('/status', async (_request, response) => {
    response.json(await status());
  });
  router.use((_request, response) => {
    response.status(404).json({ error: 'no such route' });
  });
  return router;
}

/** A request's parameters, or null where they are bad and the answer was given. */
function queryOf<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
  response: Response,
): z.output<Schema> | null {
  const query = schema.safeParse(request.query);
  if (query.success) return query.data;
  response.status(400).json({ error: query.error.issues.map(issueText) });
  return null;
}

/** As text; bytes that are no UTF-8 as base64, so that what came in can always be had as it came. */
function payloadOf(body: Buffer): { payload: string } | { payloadBase64: string } {
  return isUtf8(body) ? { payload: body.toString() } : { payloadBase64: body.toString('base64') };
}
