import type { ShopifyQuery } from '../handle/protocol.ts';
import { ShopifyError, type ShopifyFailure } from '../handle/shopify-error.ts';
import { partsOf, trustedOrderKey } from '../order/identity.ts';
import type { Cause, Causes } from '../persist/causes.ts';
import { Fault, type FaultCode } from '../system/errors.ts';

/** Sends a query to a shop. @throws Fault */
export type AskShop = (
  shop: string,
  query: string,
  variables: object,
  signal: AbortSignal,
) => Promise<unknown>;

/** Whose query it is. */
interface Asker {
  effect: string;
  order: string;
  shop: string;
  cause: Cause | null;
  /** The run's. */
  signal: AbortSignal;
}

/** @returns the answer's data, JSON text @throws ShopifyError */
export type ShopifyForHandlers = (asker: Asker, query: ShopifyQuery) => Promise<string>;

/** A query with its variables: a mutation with a long note is far below that. */
const LONGEST_QUERY_BYTES = 256 * 1024;

/**
 * The Admin API for handlers: their processes have no tokens, so the publisher asks. After a mutation, it keeps which
 * `updated_at` the order then had, so that the webhook that follows is recognised (persist/causes.ts). If the publisher
 * dies before that is kept, the webhook counts as anyone's.
 * @param ask null: the app's settings are not set here
 */
export function shopifyForHandlers(ask: AskShop | null, causes: Pick<Causes, 'wrote'>): ShopifyForHandlers {
  return async (asker, { query, variables }) => {
    if (!ask) throw new ShopifyError('NOT_SET_UP');
    if (query.length + variables.length > LONGEST_QUERY_BYTES) throw new ShopifyError('TOO_LARGE');
    const send = (document: string, values: object) => ask(asker.shop, document, values, asker.signal);
    try {
      const values = JSON.parse(variables) as object;
      const data = (await isMutation(query))
        ? await write(send, asker, causes, () => send(query, values))
        : await send(query, values);
      return JSON.stringify(data);
    } catch (error) {
      throw errorOf(error, asker.signal);
    }
  };
}

/** What cannot be read is a query: Shopify refuses it. */
async function isMutation(query: string): Promise<boolean> {
  // Loaded when the first handler asks: most publishers never need it.
  const { parse } = await import('graphql/language');
  try {
    return parse(query, { noLocation: true }).definitions.some(
      (each) => 'operation' in each && each.operation === 'mutation',
    );
  } catch {
    return false;
  }
}

const UPDATED_AT = 'query LockstepUpdatedAt($id: ID!) { order(id: $id) { updatedAt } }';

async function write(
  send: (query: string, variables: object) => Promise<unknown>,
  { effect, order, cause }: Asker,
  causes: Pick<Causes, 'wrote'>,
  mutate: () => Promise<unknown>,
): Promise<unknown> {
  const { orderId } = partsOf(trustedOrderKey(order));
  const updatedAt = async () => timeIn(await send(UPDATED_AT, { id: `gid://shopify/Order/${orderId}` }));
  const before = await updatedAt();
  const data = await mutate();
  // It was carried out, so a failure here must not repeat it: its echo is then not recognised.
  const after = await updatedAt().catch(() => null);
  if (before !== null && after !== null && after > before) await causes.wrote(effect, after, cause);
  return data;
}

function timeIn(data: unknown): Date | null {
  const { order } = data as { order?: { updatedAt?: unknown } | null };
  return typeof order?.updatedAt === 'string' ? new Date(order.updatedAt) : null;
}

const FAILURES: { readonly [Code in FaultCode]?: ShopifyFailure } = {
  not_installed: 'NOT_INSTALLED',
  shopify_refused: 'REFUSED',
  shopify_throttled: 'THROTTLED',
  shopify_query: 'QUERY_FAILED',
};

function errorOf(error: unknown, signal: AbortSignal): Error {
  if (error instanceof Fault) return new ShopifyError(FAILURES[error.code] ?? 'NO_ANSWER', error.message);
  // The run is over, and nobody waits for the answer.
  if (signal.aborted) return new ShopifyError('NO_ANSWER', 'the time of the run was over');
  return error instanceof Error ? error : new Error('Shopify could not be asked');
}
