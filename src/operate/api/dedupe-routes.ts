import type { Redis } from 'ioredis';
import type { z } from 'zod';
import type { Claims, SentBody } from '../../deposit/claims.ts';
import { partsOf, type EventId } from '../../order/identity.ts';
import { microsOf } from '../../order/instants.ts';
import { isTopic } from '../../order/topics.ts';
import { Refusal, invalidField, invalidParameter } from '../refusal.ts';
import { isOrderWithin, type ShopBounds } from '../shop-bounds.ts';
import { claimView, type ClaimReader, type KnownClaim } from '../steering/claim-reader.ts';
import {
  bodyLookedUp,
  bodyLookup,
  claim,
  claimList,
  claimPlace,
  claimQuery,
  claimRelease,
} from '../shapes/dedupe.ts';
import { did } from '../shapes/mailboxes.ts';
import { ofRedis } from './of-redis.ts';
import { route, type Route } from './route.ts';

export interface DedupeTools {
  redis: Redis;
  claims: Claims;
  reader: ClaimReader;
  /** MAX_BODY_BYTES: ingest refused any larger body. */
  maxBodyBytes: number;
}

/** Hashing a body of 5 MB under every topic takes 0.1 s. */
const LOOKUPS_PER_MINUTE = 30;

/** Dedupe keys: whether an event was seen, when and how often; and releasing them. */
export function dedupeRoutes(tools: DedupeTools): Route[] {
  const { redis, reader } = tools;
  const ofClaim = claimScope(tools);
  return [
    route({
      method: 'get',
      path: '/dedupe/{event}',
      role: 'viewer',
      scope: ofClaim,
      about:
        'The dedupe key of an event: first and last seen, number of duplicates, time to live, and outcome.',
      params: claimPlace,
      answer: claim,
      handle: async ({ params }) => claimView(await claimNamed(params.event, tools)),
    }),
    route({
      method: 'get',
      path: '/dedupe',
      role: 'viewer',
      scope: 'filtered',
      about:
        'Dedupe keys by event or by webhook id. By webhook id without a shop, only processed events are found.',
      query: claimQuery,
      answer: claimList,
      handle: ({ query, who }) => ofRedis(redis, () => listed(query, who.shops, reader)),
    }),
    route({
      method: 'post',
      path: '/dedupe/lookup',
      role: 'viewer',
      scope: 'named',
      about: 'The dedupe keys of a body as it was sent. The body is hashed as in ingest, and not stored.',
      body: bodyLookup,
      answer: bodyLookedUp,
      perMinute: LOOKUPS_PER_MINUTE,
      // A body is longer inside JSON: base64 by a third, escaped quotes by more.
      largestBody: 2 * tools.maxBodyBytes + 1024,
      handle: ({ body }) => lookedUp(body, tools),
    }),
    route({
      method: 'post',
      path: '/dedupe/{event}/release',
      role: 'operator',
      scope: ofClaim,
      about:
        'Releases the dedupe key of an event: if the event is sent again, it is accepted again. Needs `confirm` if the event was processed or is waiting.',
      params: claimPlace,
      body: claimRelease,
      answer: did,
      audit: ({ params }) => ({ action: 'dedupe.release', target: params.event }),
      handle: async ({ params, body }) => {
        const known = await claimNamed(params.event, tools);
        refuseUnlessMeant(known, body);
        return { did: await release(known, tools) };
      },
    }),
  ];
}

function claimScope({ redis, reader }: DedupeTools) {
  return {
    shopsOf: async ({ params }: { params: { event: EventId } }) => {
      const { known } = await ofRedis(redis, () => reader.byEvents([params.event]));
      return known.map(({ claim: shown }) => partsOf(shown.order).shop);
    },
  };
}

async function listed(query: z.output<typeof claimQuery>, shops: ShopBounds, reader: ClaimReader) {
  const { known, looked } = await findBy(query, reader);
  const shown = known.filter((each) => isOrderWithin(shops, each.claim.order));
  // The text about the search may name other shops.
  return { claims: shown.map(claimView), looked: shops ? `only ${shops.join(', ')}` : looked };
}

async function findBy(
  { event, webhookId, shop }: z.output<typeof claimQuery>,
  reader: ClaimReader,
): ReturnType<ClaimReader['byEvents']> {
  if (event !== undefined && shop !== undefined)
    throw invalidParameter('shop', 'valid only with webhookId; an event id belongs to one shop');
  if (event !== undefined && webhookId === undefined) return await reader.byEvents([event]);
  if (webhookId !== undefined && event === undefined) return await reader.byWebhook(webhookId, shop ?? null);
  throw new Refusal('bad_request', 'give either event or webhookId');
}

async function lookedUp(
  body: z.output<typeof bodyLookup>,
  { redis, reader, claims, maxBodyBytes }: DedupeTools,
) {
  const hashes = await claims.hashesOf(sentBodyOf(body, maxBodyBytes));
  const { known, looked } = await ofRedis(redis, () => reader.byHashes(hashes));
  return { claims: known.map(claimView), looked, hashes };
}

async function claimNamed(event: EventId, { redis, reader }: DedupeTools): Promise<KnownClaim> {
  const { known, looked } = await ofRedis(redis, () => reader.byEvents([event]));
  const [found] = known;
  if (!found) throw new Refusal('not_found', `no dedupe key for ${event}; searched: ${looked}`);
  return found;
}

function sentBodyOf(asked: z.output<typeof bodyLookup>, maxBodyBytes: number): SentBody {
  const body = bodyIn(asked);
  if (body.length > maxBodyBytes)
    throw new Refusal(
      'too_large',
      `body: larger than ${maxBodyBytes} bytes (MAX_BODY_BYTES), so ingest refused it`,
    );
  return {
    shop: asked.shop,
    topic: asked.topic === undefined ? null : topicIn(asked.topic.toLowerCase()),
    triggeredAt: asked.triggeredAt === undefined ? null : timeIn(asked.triggeredAt),
    body,
  };
}

function topicIn(text: string): string {
  if (isTopic(text)) return text;
  throw invalidField('topic', 'not a topic that Lockstep handles; such webhooks are answered `ignored`');
}

/** Ingest treats an invalid time as missing; here it is a typing error. */
function timeIn(text: string): string {
  if (microsOf(text) !== null) return text;
  throw invalidField('triggeredAt', 'not a time with a UTC offset');
}

function bodyIn({ body, bodyBase64 }: z.output<typeof bodyLookup>): Buffer {
  if (body !== undefined && bodyBase64 === undefined) return Buffer.from(body);
  if (body === undefined && bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  throw invalidField('body', 'give either body or bodyBase64');
}

/** What prevents a second application without the claim (P3), and whether a release needs `confirm`. */
const AFTERWARDS = {
  applied: {
    confirm: true,
    guards:
      'If it is sent again, it is accepted and changes nothing: the order remembers its last 200 applied events, and the journal keeps the first entry.',
  },
  late: {
    confirm: true,
    guards:
      'If it is sent again, it is accepted and merged again, which changes nothing; the journal keeps the first entry.',
  },
  stale: {
    confirm: true,
    guards: 'If it is sent again, it is accepted and is stale again; the journal keeps the first entry.',
  },
  unchanged: {
    confirm: true,
    guards:
      'If it is sent again, it is accepted and changes nothing again; the journal keeps the first entry.',
  },
  waiting: {
    confirm: true,
    guards:
      'It is still waiting. If it is sent again, it waits twice, and the second time changes nothing: the order remembers its last 200 applied events.',
  },
  parked: {
    confirm: false,
    guards:
      'If it is sent again, it is accepted and tried again; the parked event stays until it is replayed or discarded.',
  },
  unknown: {
    confirm: false,
    guards: 'Neither the journal nor a mailbox has the event: if it is sent again, it is accepted as new.',
  },
} as const satisfies Record<KnownClaim['outcome'], { confirm: boolean; guards: string }>;

function refuseUnlessMeant(
  { claim: shown, outcome, journalRead }: KnownClaim,
  { confirm, firstSeenAt }: z.output<typeof claimRelease>,
): void {
  if (firstSeenAt !== undefined && Date.parse(firstSeenAt) !== shown.firstSeenAt)
    throw new Refusal('conflict', 'the dedupe key has changed since it was shown: look it up again');
  if (confirm) return;
  if (!journalRead)
    throw new Refusal(
      'conflict',
      'MongoDB is down: whether it was applied is unknown; confirm to release it',
    );
  if (AFTERWARDS[outcome].confirm)
    throw new Refusal(
      'conflict',
      `its outcome is ${outcome}: confirm to release it. ${AFTERWARDS[outcome].guards}`,
    );
}

async function release(
  { claim: shown, outcome, topic, webhookId }: KnownClaim,
  tools: DedupeTools,
): Promise<string> {
  const delivery = topic !== null && webhookId !== null ? { topic, webhookId } : null;
  const released = await ofRedis(tools.redis, () => tools.claims.release(shown, delivery));
  if (released === 'changed')
    throw new Refusal('conflict', 'the dedupe key has changed since it was shown: look it up again');
  if (released === 'gone')
    throw new Refusal('not_found', `the dedupe key of ${shown.event} no longer exists`);
  const beside = delivery ? ' and of the delivery that brought it' : '';
  return `Released the dedupe key of event ${shown.event} of ${shown.order}${beside}. ${AFTERWARDS[outcome].guards}`;
}
