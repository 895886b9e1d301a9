import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { messageOf } from '../system/errors.ts';
import type { BodyLookedUp, DedupeClaim, ClaimList } from '../operate/shapes/dedupe.ts';
import { placeOf, queryOf } from './ask.ts';
import { change } from './change.ts';
import { OpsProblem } from './exit.ts';
import { findEvent } from './find.ts';
import type { Session } from './session.ts';
import { age, facts, time } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

interface Sought {
  webhookId?: string;
  file?: string;
  shop?: string;
  topic?: string;
  triggeredAt?: string;
}

export const DEDUPE_VERBS = [
  verb<Sought>({
    call: 'get [event]',
    about: 'Check whether an event was already seen, by its hash, webhook ID, or body',
    options: [
      new Option('--webhook-id <id>', 'Webhook ID (X-Shopify-Webhook-Id)'),
      new Option('--file <file>', 'Webhook body as it was sent, or - for stdin; it is hashed, never stored'),
      new Option('--shop <shop>', 'Shop of the event; required with --file'),
      new Option('--topic <topic>', 'Topic of the event (default: every topic is tried)'),
      new Option('--triggered-at <time>', 'Trigger time (X-Shopify-Triggered-At)'),
    ],
    act: async (session, [typed], sought) => {
      const given = [typed, sought.webhookId, sought.file].filter((each) => each !== undefined);
      if (given.length !== 1)
        throw new OpsProblem('usage', 'specify exactly one of: <event>, --webhook-id, or --file with --shop');
      const found = await lookUp(session, typed, sought);
      session.show(found, claimsText(found));
      if (found.claims.length === 0) session.endAs('refused');
    },
  }),
  verb<Changing & { confirm?: true }>({
    call: 'release <event>',
    about: "Release an event's dedupe key, so that its next delivery is accepted",
    options: [
      ...changeOptions(),
      new Option('--confirm', 'Allow this for an event that is waiting or was processed'),
    ],
    act: async (session, [typed = ''], { confirm = false, ...changing }) => {
      const place = placeOf('dedupe', await findEvent(session, typed));
      const claim = () => session.ask<DedupeClaim>(place);
      await change(session, changing, {
        look: async () => {
          const shown = await claim();
          const would = `${claimText(shown)}\n\nThe key would be released: the next delivery would be accepted.`;
          return { would, refused: refusedUnless(confirm, shown), shown };
        },
        act: async (reason) => {
          const { firstSeenAt } = await claim();
          return await session.send(`${place}/release`, { reason, confirm, firstSeenAt });
        },
      });
    },
  }),
];

async function lookUp(
  session: Session,
  typed: string | undefined,
  { webhookId, file, shop, topic, triggeredAt }: Sought,
): Promise<ClaimList> {
  if (typed !== undefined)
    return await session.ask(`/dedupe${queryOf({ event: await findEvent(session, typed) })}`);
  if (file === undefined) return await session.ask(`/dedupe${queryOf({ webhookId, shop })}`);
  if (shop === undefined) throw new OpsProblem('usage', '--file needs --shop');
  const bodyBase64 = bytesOf(file).toString('base64');
  return await session.send<BodyLookedUp>('/dedupe/lookup', { shop, topic, triggeredAt, bodyBase64 });
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new OpsProblem('usage', messageOf(error));
  }
}

function claimsText({ claims, looked }: ClaimList): string {
  if (claims.length === 0) return `No dedupe key found. Searched: ${looked}.`;
  const head =
    claims.length === 1
      ? 'Already seen: another delivery is a duplicate.'
      : `${claims.length} events already seen.`;
  return [head, ...claims.map(claimText)].join('\n\n');
}

function claimText(claim: DedupeClaim): string {
  return facts([
    ['event', claim.event],
    ['order', claim.order],
    ['topic', claim.topic],
    ['webhook id', claim.webhookId],
    ['outcome', claim.outcome],
    ['first seen', time(claim.firstSeenAt)],
    ['last seen', time(claim.lastSeenAt)],
    ['duplicates', claim.hits],
    ['expires in', age(claim.ttlMs)],
  ]);
}

/** Outcomes of events that were not applied and are not waiting: releasing their keys needs no confirmation. */
const NOTHING_TO_CONFIRM: readonly DedupeClaim['outcome'][] = ['parked', 'unknown'];

function refusedUnless(confirm: boolean, { outcome }: DedupeClaim): string | null {
  return confirm || NOTHING_TO_CONFIRM.includes(outcome)
    ? null
    : `the event is ${outcome}; add --confirm to release it anyway`;
}
