import { z } from 'zod';
import { Fault, messageOf } from '../system/errors.ts';
import type { AccessTokens } from './access-tokens.ts';

/** Shopify's Admin API, GraphQL. */
export interface AdminApi {
  /**
   * Sends a query once. If Shopify refuses the token, it is renewed and the query is sent once more. Other
   * failures are not retried: the caller knows its budget.
   * @throws Fault not_installed; shopify_refused, shopify_away; {@link Throttled}
   * @throws the reason of `signal` once that is aborted
   */
  ask: (shop: string, document: string, variables: object, signal?: AbortSignal) => Promise<AdminAnswer>;
}

export interface AdminAnswer {
  /** As Shopify sent it; callers must validate it. */
  data: unknown;
  /** Points; null: the answer does not contain them. */
  cost: Cost | null;
}

export interface Cost {
  /** Points reserved for the query, and its real cost. */
  requested: number;
  actual: number;
  /** Points left in the bucket, and the bucket's size. */
  available: number;
  maximum: number;
  restorePerSecond: number;
}

/** Shopify asks for a pause. */
export class Throttled extends Fault {
  /** null: Shopify does not say how long. */
  readonly retryAfterMs: number | null;
  constructor(detail: string, retryAfterMs: number | null) {
    super('shopify_throttled', detail);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Shopify answered that it could not carry out the query: a mistake in it, or an error of its own. */
export class QueryFailed extends Fault {
  readonly words: string;
  constructor(words: string) {
    super('shopify_away', words);
    this.words = words;
  }
}

export interface AdminApiTools {
  address: (shop: string, path: string) => string;
  tokens: Pick<AccessTokens, 'of' | 'refused'>;
  /** `2026-10` */
  version: string;
  /** Shopify itself gives up a query after about 10 s. */
  deadlineMs?: number;
  /** A page of 100 listed orders is 20 kB; five whole orders are far below 1 MB. */
  largestBytes?: number;
}

const DEADLINE_MS = 20_000;
const LARGEST_BYTES = 20 * 1024 * 1024;

export function createAdminApi(tools: AdminApiTools): AdminApi {
  const { tokens } = tools;
  return {
    ask: async (shop, document, variables, signal) => {
      const body = JSON.stringify({ query: document, variables });
      const token = await tokens.of(shop);
      const first = await post(tools, { shop, token, body, signal });
      if (first.status !== 401) return answerOf(first, token);
      await tokens.refused(shop, token);
      const renewed = await tokens.of(shop);
      return answerOf(await post(tools, { shop, token: renewed, body, signal }), renewed);
    },
  };
}

interface Post {
  shop: string;
  token: string;
  body: string;
  signal: AbortSignal | undefined;
}

interface Posted {
  status: number;
  retryAfter: string | null;
  text: string;
}

/** Redirects are not followed: they would pass on the token. */
async function post(tools: AdminApiTools, { shop, token, body, signal }: Post): Promise<Posted> {
  const { address, version, deadlineMs = DEADLINE_MS, largestBytes = LARGEST_BYTES } = tools;
  const late = AbortSignal.timeout(deadlineMs);
  try {
    const response = await fetch(address(shop, `/admin/api/${version}/graphql.json`), {
      method: 'POST',
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-shopify-access-token': token,
      },
      body,
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    const text = await textOf(response, largestBytes);
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Fault) throw error;
    throw new Fault('shopify_away', late.aborted ? `no answer within ${deadlineMs} ms` : brokenOff(error));
  }
}

/** `fetch failed` says nothing; its cause has a code. */
function brokenOff(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return `the connection broke off (${typeof code === 'string' ? code : messageOf(error)})`;
}

async function textOf(response: Response, largestBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // An exception inside the loop also closes the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > largestBytes)
      throw new Fault('shopify_away', `the answer is larger than ${largestBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Refusals that only the merchant can fix. */
const REFUSALS: Readonly<Record<number, string>> = {
  401: 'the token is not accepted (401)',
  402: 'the shop is frozen (402)',
  403: 'access is forbidden (403): check the scopes and the IP allowlist',
  404: 'the shop does not exist (404)',
  423: 'the shop is locked (423)',
};

const graphQlAnswer = z.object({
  data: z.unknown().optional(),
  errors: z
    .union([
      z.array(
        z.object({
          message: z.string().catch('no message'),
          extensions: z.object({ code: z.string().optional().catch(undefined) }).optional(),
        }),
      ),
      z.string().transform((message) => [{ message, extensions: undefined }]),
    ])
    .optional(),
  extensions: z.unknown().optional(),
});
type GraphQlError = NonNullable<z.infer<typeof graphQlAnswer>['errors']>[number];

function answerOf({ status, retryAfter, text }: Posted, token: string): AdminAnswer {
  const refusal = REFUSALS[status];
  if (refusal) throw new Fault('shopify_refused', refusal);
  if (status === 429) throw new Throttled('429', secondsOf(retryAfter));
  if (status !== 200) throw new Fault('shopify_away', `status ${status}`);
  const reading = graphQlAnswer.safeParse(jsonOf(text));
  if (!reading.success) throw new Fault('shopify_away', 'the answer is not GraphQL');
  const { data, errors = [], extensions } = reading.data;
  const cost = costOf(extensions);
  const [error] = errors;
  if (error) throw faultOf(error, cost, token);
  if (data === undefined || data === null) throw new Fault('shopify_away', 'the answer has no data');
  return { data, cost };
}

/** An answer with errors counts as failed, even if it also has data: the data may be incomplete. */
function faultOf({ message, extensions }: GraphQlError, cost: Cost | null, token: string): Fault {
  const code = extensions?.code;
  const words = `${code ?? 'error'}: ${message.replaceAll(token, '…').slice(0, 200)}`;
  if (code === 'THROTTLED') return new Throttled('THROTTLED', refillMs(cost));
  if (code === 'ACCESS_DENIED') return new Fault('shopify_refused', words);
  return new QueryFailed(words);
}

/** `Retry-After: 2.0` is in seconds. @returns ms */
function secondsOf(retryAfter: string | null): number | null {
  const seconds = retryAfter === null || retryAfter.trim() === '' ? NaN : Number(retryAfter);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1000) : null;
}

/** Time until the bucket has the points that the query needs; null: unknown. */
function refillMs(cost: Cost | null): number | null {
  if (!cost || cost.restorePerSecond <= 0) return null;
  const lacking = Math.min(cost.requested, cost.maximum) - cost.available;
  return Math.max(0, Math.ceil((lacking / cost.restorePerSecond) * 1000));
}

const points = z.number().min(0);
const costExtension = z.object({
  cost: z.object({
    requestedQueryCost: points,
    actualQueryCost: points.nullish(),
    throttleStatus: z.object({ maximumAvailable: points, currentlyAvailable: points, restoreRate: points }),
  }),
});

function costOf(extensions: unknown): Cost | null {
  const reading = costExtension.safeParse(extensions);
  if (!reading.success) return null;
  const { requestedQueryCost, actualQueryCost, throttleStatus } = reading.data.cost;
  return {
    requested: requestedQueryCost,
    actual: actualQueryCost ?? 0,
    available: throttleStatus.currentlyAvailable,
    maximum: throttleStatus.maximumAvailable,
    restorePerSecond: throttleStatus.restoreRate,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('shopify_away', 'the answer is not JSON');
  }
}
