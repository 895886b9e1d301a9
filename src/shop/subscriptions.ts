import { z } from 'zod';
import { Fault } from '../system/errors.ts';
import type { AdminApi } from './admin-api.ts';
import { TOPICS_BY_SCOPE, TOPICS_WITHOUT_SCOPE } from './topics-by-scope.ts';

/** What the Admin API lists are those made through it; the app's own, of shopify.app.toml, it does not. */
const SUBSCRIPTIONS = `query Subscriptions($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) { nodes { topic } pageInfo { hasNextPage endCursor } }
}`;
const PAGE = 100;
/** There are some 200 topics; a list that has more pages than that does not end. */
const MOST_PAGES = 20;

const page = z
  .object({
    webhookSubscriptions: z.object({
      nodes: z.array(z.object({ topic: z.string() })),
      pageInfo: z
        .object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() })
        .refine(({ hasNextPage, endCursor }) => !hasNextPage || endCursor),
    }),
  })
  .transform(({ webhookSubscriptions: { nodes, pageInfo } }) => ({
    topics: nodes.map(({ topic }) => topic),
    next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
  }));

const SCOPES = '{ currentAppInstallation { accessScopes { handle } } }';
const scopes = z
  .object({
    currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string().max(100) })) }),
  })
  .transform(({ currentAppInstallation: { accessScopes } }) => accessScopes.map(({ handle }) => handle));

/**
 * What the merchant granted, asked with the shop's own token: nothing that is sent here is believed about it.
 * @throws what {@link AdminApi.ask} throws; Fault shopify_away where the answer is not whole
 */
export async function grantedScopes(shop: string, api: AdminApi, signal: AbortSignal): Promise<string[]> {
  const { data } = await api.ask(shop, SCOPES, {}, signal);
  const reading = scopes.safeParse(data);
  if (!reading.success) throw new Fault('shopify_away', 'its scopes cannot be read');
  return reading.data;
}

/** The API's names of topics: `ORDERS_CREATE`. */
const OURS: ReadonlyMap<string, string> = new Map(
  [...Object.values(TOPICS_BY_SCOPE).flat(), ...TOPICS_WITHOUT_SCOPE].map((topic) => [
    topic.replace('/', '_').toUpperCase(),
    topic,
  ]),
);

/**
 * Topics of ours that the shop also subscribed through the API: each of their webhooks is sent twice.
 * @throws what {@link AdminApi.ask} throws; Fault shopify_away where the answer is no list, or has no end
 */
export async function doubledTopics(shop: string, api: AdminApi, signal: AbortSignal): Promise<string[]> {
  const found = new Set<string>();
  let after: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { data } = await api.ask(shop, SUBSCRIPTIONS, { first: PAGE, after }, signal);
    const reading = page.safeParse(data);
    if (!reading.success) throw new Fault('shopify_away', 'its subscriptions cannot be read');
    for (const topic of reading.data.topics) found.add(OURS.get(topic) ?? '');
    after = reading.data.next;
    if (after === null) return [...OURS.values()].filter((topic) => found.has(topic));
  }
  throw new Fault('shopify_away', 'its list of subscriptions has no end');
}

/**
 * Topics of ours that Shopify does not send for want of a scope.
 * @param asked the scopes that the app asks for: what it does not ask for, nobody misses
 * @param granted what the merchant granted
 */
export function missingTopics(asked: readonly string[], granted: readonly string[]): string[] {
  return Object.entries(TOPICS_BY_SCOPE)
    .filter(([scope]) => covers(asked, scope) && !covers(granted, scope))
    .flatMap(([, topics]) => topics);
}

/** Who may write may read: Shopify then names only the one. */
function covers(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || scopes.includes(scope.replace(/^read_/, 'write_'));
}
