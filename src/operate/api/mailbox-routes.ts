import type { Redis } from 'ioredis';
import type { ListPlace, MailboxList, WaitingOrder } from '../../deposit/mailbox-list.ts';
import type { Front } from '../../deposit/mailbox-entry.ts';
import type { Waker } from '../../deposit/waker.ts';
import type { OrderKey } from '../../order/identity.ts';
import { partitionOf } from '../../system/redis-keys.ts';
import { Refusal, invalidParameter } from '../refusal.ts';
import { isOrderWithin, type ShopBounds } from '../shop-bounds.ts';
import { keyOf, orderPlace, type OrderPlace } from '../shapes/base.ts';
import {
  because,
  did,
  mailboxDetail,
  mailboxPage,
  mailboxQuery,
  type MailboxRow,
} from '../shapes/mailboxes.ts';
import { ofRedis } from './of-redis.ts';
import { route, type Route } from './route.ts';

export interface MailboxTools {
  redis: Redis;
  mailboxes: MailboxList;
  waker: Waker;
  partitions: number;
  /** Whether the queue of a partition is paused. */
  isPaused: (partition: number) => Promise<boolean>;
}

/** Mailboxes: waiting events, for how long they have waited, and waking an order. */
export function mailboxRoutes(tools: MailboxTools): Route[] {
  const { redis, mailboxes } = tools;
  return [
    route({
      method: 'get',
      path: '/mailboxes',
      role: 'viewer',
      scope: 'filtered',
      about: 'Orders with waiting events, longest waiting first.',
      query: mailboxQuery,
      answer: mailboxPage,
      handle: async ({ query, who: { shops } }) => {
        const after = query.cursor === undefined ? null : placeIn(query.cursor);
        const { waiting, total, more } = await ofRedis(redis, () =>
          pageWithin(shops, query.limit, after, mailboxes),
        );
        const last = waiting.at(-1);
        return { mailboxes: waiting.map(view), total, cursor: more && last ? cursorBehind(last) : null };
      },
    }),
    route({
      method: 'get',
      path: '/mailboxes/{shop}/{orderId}',
      role: 'viewer',
      scope: 'named',
      about: 'The waiting events of one order; bodies are not shown.',
      params: orderPlace,
      answer: mailboxDetail,
      handle: async ({ params }) => {
        const found = await lookAt(params, tools);
        return { ...view(found), events: found.fronts.map(frontView) };
      },
    }),
    route({
      method: 'post',
      path: '/mailboxes/{shop}/{orderId}/wake',
      role: 'operator',
      scope: 'named',
      about: 'Adds a drain job for a waiting order, even if its last job still exists.',
      params: orderPlace,
      body: because,
      answer: did,
      audit: ({ params }) => ({ action: 'mailbox.wake', target: keyOf(params) }),
      handle: async ({ params }) => {
        const { order } = await lookAt(params, tools);
        return { did: await ofRedis(redis, () => wake(order, tools)) };
      },
    }),
  ];
}

/** Mailboxes to read for one page of some shops: the list in Redis covers all shops. */
const LOOKED_AT = 10_000;

/** The cursor of a page is its last order, so that it names no other shop. `total` counts what was read. */
async function pageWithin(shops: ShopBounds, limit: number, after: ListPlace | null, list: MailboxList) {
  if (shops === null) return await list.page(limit, after);
  const { waiting } = await list.page(LOOKED_AT, after);
  const own = waiting.filter(({ order }) => isOrderWithin(shops, order));
  return { waiting: own.slice(0, limit), total: own.length, more: own.length > limit };
}

async function lookAt(place: OrderPlace, { redis, mailboxes, partitions }: MailboxTools) {
  const order = keyOf(place);
  const found = await ofRedis(redis, () => mailboxes.look(order));
  if (found) return found;
  const partition = partitionOf(order, partitions);
  throw new Refusal(
    'not_found',
    `no waiting events for ${order}; searched: its mailbox in Redis, partition ${partition}. ` +
      'Events that Redis could not take are in the spool; the timeline of the order shows them',
  );
}

async function wake(
  order: OrderKey,
  { waker, mailboxes, partitions, isPaused }: MailboxTools,
): Promise<string> {
  const isWoken = async () => {
    await waker.wakeAgain([order]);
    const after = await mailboxes.look(order);
    return !after || after.due;
  };
  // The waker does not throw: an order that still waits without a job was not woken. At the same moment, another
  // operator's wake-up may have made room for its own job by deleting the key of ours: a second try finds one due.
  if (!(await isWoken()) && !(await isWoken()))
    throw new Refusal(
      'unavailable',
      `no drain job could be added for ${order}; the sweeper adds one within 10 s`,
    );
  const partition = partitionOf(order, partitions);
  const paused = await isPaused(partition);
  return paused
    ? `A drain job for ${order} is due, but queue ${partition} is paused: it runs when the queue is resumed.`
    : `A drain job for ${order} was added: a worker runs it now, or after the drains before it.`;
}

function view({ order, events, since, waitedMs, due }: WaitingOrder): MailboxRow {
  return { order, waitingEvents: events, waitingSince: isoOf(since), waitedMs, due };
}

function frontView(front: Front & { bodyBytes: number }) {
  const { id: event, receivedAt, topic, webhookId, triggeredAt, unreadable, bodyBytes } = front;
  return { event, topic, webhookId, triggeredAt, receivedAt: isoOf(receivedAt), unreadable, bodyBytes };
}

function cursorBehind({ since, order }: WaitingOrder): string {
  return encode({ since, order });
}

function encode({ since, order }: ListPlace): string {
  return Buffer.from(`${since} ${order}`).toString('base64url');
}

const PLACE = /^(\d{1,16}) (\S{1,273})$/;

/** Accepts only a cursor that was encoded here: only such a text encodes to itself again. */
function placeIn(cursor: string): ListPlace {
  const [, since, order] = PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const place = since !== undefined && order !== undefined ? { since: Number(since), order } : null;
  if (!place || encode(place) !== cursor) throw invalidParameter('cursor', 'not a valid cursor');
  return place;
}

/** Damaged entries may hold any number. */
function isoOf(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), 8.64e15)).toISOString();
}
