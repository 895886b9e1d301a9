import type { Redis } from 'ioredis';
import type { z } from 'zod';
import type { Claims, ToldBody } from '../../deposit/claims.ts';
import type { EventId, ShopDomain } from '../../order/identity.ts';
import { microsOf } from '../../order/instants.ts';
import { isTopic } from '../../order/topics.ts';
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
import { Refusal } from './refusal.ts';
import { route, type Route } from './route.ts';

export interface DedupeTools {
  redis: Redis;
  claims: Claims;
  reader: ClaimReader;
  /** MAX_BODY_BYTES: a larger body was refused when it came. */
  maxBodyBytes: number;
}

/** A body of 5 MB under all topics is 0.1 s of hashing. */
const LOOKUPS_PER_MINUTE = 30;

/** Dedupe keys: whether an event was seen, when, how often; and making Lockstep forget that it was. */
export function dedupeRoutes(tools: DedupeTools): Route[] {
  const { redis, reader } = tools;
  return [
    route({
      method: 'get',
      path: '/dedupe/{event}',
      role: 'viewer',
      about: 'The claim of an event: first and last seen, how often, for how long still, and its outcome.',
      params: claimPlace,
      answer: claim,
      handle: async ({ params }) => claimView(await claimNamed(params.event, tools)),
    }),
    route({
      method: 'get',
      path: '/dedupe',
      role: 'viewer',
      about:
        'The claims of what came with a webhook id. Without a shop only events that have ended are found.',
      query: claimQuery,
      answer: claimList,
      handle: async ({ query }) => {
        const shop = (query.shop ?? null) as ShopDomain | null;
        const { known, looked } = await ofRedis(redis, () => reader.byWebhook(query.webhookId, shop));
        return { claims: known.map(claimView), looked };
      },
    }),
    route({
      method: 'post',
      path: '/dedupe/lookup',
      role: 'viewer',
      about: 'The claims of a body as it was sent. The body is hashed as ingest does it, and not kept.',
      body: bodyLookup,
      answer: bodyLookedUp,
      perMinute: LOOKUPS_PER_MINUTE,
      // As JSON's text it is longer: base64 by a third, escaped quotes by more.
      largestBody: 2 * tools.maxBodyBytes + 1024,
      handle: async ({ body }) => {
        const hashes = await tools.claims.hashesOf(toldBy(body, tools.maxBodyBytes));
        const { known, looked } = await ofRedis(redis, () => reader.byHashes(hashes));
        return { claims: known.map(claimView), looked, hashes };
      },
    }),
    route({
      method: 'post',
      path: '/dedupe/{event}/release',
      role: 'operator',
      about:
        'Forgets that an event was seen, so that it is taken again when it is sent again. Refused for an event that was applied or waits, unless confirmed.',
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

async function claimNamed(event: string, { redis, reader }: DedupeTools): Promise<KnownClaim> {
  const { known, looked } = await ofRedis(redis, () => reader.byEvents([event as EventId]));
  const [found] = known;
  if (!found) throw new Refusal('not_found', `no claim of ${event}: looked in ${looked}`);
  return found;
}

function toldBy(asked: z.output<typeof bodyLookup>, maxBodyBytes: number): ToldBody {
  const body = bodyIn(asked);
  if (body.length > maxBodyBytes)
    throw new Refusal('too_large', `body: larger than ${maxBodyBytes} bytes (MAX_BODY_BYTES) none was taken`);
  return {
    shop: asked.shop as ShopDomain,
    topic: asked.topic === undefined ? null : topicIn(asked.topic.toLowerCase()),
    triggeredAt: asked.triggeredAt === undefined ? null : timeIn(asked.triggeredAt),
    body,
  };
}

function topicIn(text: string): string {
  if (isTopic(text)) return text;
  throw new Refusal(
    'bad_request',
    'topic: is none that Lockstep takes; such webhooks are answered `ignored`',
  );
}

/** Ingest takes what is no time for a missing one; here somebody has mistyped. */
function timeIn(text: string): string {
  if (microsOf(text) !== null) return text;
  throw new Refusal('bad_request', 'triggeredAt: is no time with an offset');
}

function bodyIn({ body, bodyBase64 }: z.output<typeof bodyLookup>): Buffer {
  if (body !== undefined && bodyBase64 === undefined) return Buffer.from(body);
  if (body === undefined && bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  throw new Refusal('bad_request', 'body: give either body or bodyBase64');
}

/** What keeps an event from being applied twice when its claim is gone (P3), and whether that needs a second thought. */
const AFTERWARDS = {
  applied: {
    confirm: true,
    guards:
      'Sent again it is taken, and changes nothing: the order remembers its last 200 applied events, and the journal keeps the first telling.',
  },
  late: {
    confirm: true,
    guards:
      'Sent again it is taken and joined once more, which changes nothing; the journal keeps the first telling.',
  },
  stale: {
    confirm: true,
    guards: 'Sent again it is taken, and is stale again; the journal keeps the first telling.',
  },
  unchanged: {
    confirm: true,
    guards: 'Sent again it is taken, and is unchanged again; the journal keeps the first telling.',
  },
  waiting: {
    confirm: true,
    guards:
      'It still waits. Sent again it waits twice, and the second time changes nothing: the order remembers its last 200 applied events.',
  },
  parked: {
    confirm: false,
    guards: 'Sent again it is taken and tried anew; what is parked stays until it is replayed or discarded.',
  },
  unknown: {
    confirm: false,
    guards: 'Neither the journal nor a mailbox knows the event: sent again it is taken as new.',
  },
} as const satisfies Record<KnownClaim['outcome'], { confirm: boolean; guards: string }>;

function refuseUnlessMeant(
  { claim: shown, outcome, journalRead }: KnownClaim,
  { confirm, firstSeenAt }: z.output<typeof claimRelease>,
): void {
  if (firstSeenAt !== undefined && Date.parse(firstSeenAt) !== shown.firstSeenAt)
    throw new Refusal('conflict', 'the claim is another one by now: look again');
  if (confirm) return;
  if (!journalRead)
    throw new Refusal(
      'conflict',
      'MongoDB is down: whether it was applied is not known; confirm to release it',
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
  if (released === 'changed') throw new Refusal('conflict', 'the claim is another one by now: look again');
  if (released === 'gone') throw new Refusal('not_found', `the claim of ${shown.event} ended meanwhile`);
  const beside = delivery ? ' and of the delivery that brought it' : '';
  return `Released the claim of event ${shown.event} of ${shown.order}${beside}. ${AFTERWARDS[outcome].guards}`;
}
