import { z } from 'zod';
import { Fault } from '../system/errors.ts';
import type { AdminApi } from './admin-api.ts';
import { TOPICS_BY_SCOPE, TOPICS_WITHOUT_SCOPE } from './topics-by-scope.ts';

/** The Admin API lists the subscriptions made through it, but not the app's own from shopify.app.toml. */
const SUBSCRIPTIONS = `query Subscriptions($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) { nodes { topic } pageInfo { hasNextPage endCursor } }
}`;
const PAGE = 100;
/** There are about 200 topics: a list with more pages than this never ends. */
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
 * The scopes that the merchant granted, requested with the shop's own token: what webhooks say about them is
 * not trusted.
 * @throws what {@link AdminApi.ask} throws; Fault shopify_away when the answer is incomplete
 */
export async function grantedScopes(shop: string, api: AdminApi, signal: AbortSignal): Promise<string[]> {
  const { data } = await api.ask(shop, SCOPES, {}, signal);
  const reading = scopes.safeParse(data);
  if (!reading.success) throw new Fault('shopify_away', 'its scopes cannot be read');
  return reading.data;
}

/** The API's name of a topic (`ORDERS_CREATE`) -> ours. */
const OURS: ReadonlyMap<string, string> = new Map(
  [...Object.values(TOPICS_BY_SCOPE).flat(), ...TOPICS_WITHOUT_SCOPE].map((topic) => [
    topic.replace('/', '_').toUpperCase(),
    topic,
  ]),
);

/**
 * Our topics that are also subscribed through the API: Shopify sends each of their webhooks twice.
 * @throws what {@link AdminApi.ask} throws; Fault shopify_away when the answer is not a list, or never ends
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
  throw new Fault('shopify_away', 'its list of subscriptions never ends');
}

/**
 * Our topics that Shopify does not send because a scope is missing.
 * @param asked the scopes that the app asks for; topics of other scopes are not missing
 * @param granted the scopes that the merchant granted
 */
export function missingTopics(asked: readonly string[], granted: readonly string[]): string[] {
  return Object.entries(TOPICS_BY_SCOPE)
    .filter(([scope]) => covers(asked, scope) && !covers(granted, scope))
    .flatMap(([, topics]) => topics);
}

/** A write scope includes reading: Shopify then lists only the write scope. */
function covers(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || scopes.includes(scope.replace(/^read_/, 'write_'));
}
