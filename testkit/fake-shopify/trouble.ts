import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';

/** Where it can go wrong: the Admin API, the token endpoint, the files of bulk operations. */
export type Place = 'admin' | 'tokens' | 'downloads';

/**
 * What can be wrong with an answer. `cut_off` and `slow` come after the request was carried out: a token is
 * refreshed, although the answer never arrives.
 */
export type TroubleKind = keyof typeof REFUSALS | keyof typeof SPOILT | 'slow' | 'cut_off' | 'throttled';

export interface TroubleOptions {
  /** How many answers; default 1. Infinity: until `calm`. */
  times?: number;
  at?: Place;
  /** The delay of a slow answer. */
  ms?: number;
}

interface Refusal {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

const json = (body: object) => JSON.stringify(body);

/** Answered instead of the requested operation, which is not carried out. */
const REFUSALS = {
  too_many_requests: {
    status: 429,
    headers: { 'retry-after': '2.0' },
    body: json({ errors: 'Exceeded 2 calls per second for api client. Reduce request rates.' }),
  },
  unauthorized: {
    status: 401,
    body: json({ errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' }),
  },
  payment_required: { status: 402, body: json({ errors: 'Unavailable Shop' }) },
  forbidden: {
    status: 403,
    body: json({ errors: 'This request comes from an address that is not allowed' }),
  },
  not_found: { status: 404, body: json({ errors: 'Not Found' }) },
  locked: { status: 423, body: json({ errors: 'This shop is locked' }) },
  internal_error: { status: 500, body: json({ errors: 'Internal Server Error' }) },
  bad_gateway: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' },
  unavailable: { status: 503, headers: { 'retry-after': '2.0' }, body: '' },
  not_json: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Please wait</html>' },
  empty: { status: 200, body: '' },
} as const satisfies Record<string, Refusal>;

/** Applied to the correct answer. */
const SPOILT = {
  /** The data is missing, with an error in its place. */
  null_data: (answer: Json) => ({
    ...answer,
    data: null,
    errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  }),
  /** The last item of the first list is missing, with an error that says so. */
  partial: (answer: Json) => {
    const path = nullLast(answer.data, []);
    return { ...answer, errors: [{ message: 'Timeout', path, extensions: { code: 'TIMEOUT' } }] };
  },
  /** Every scalar has another type. */
  wrong_types: (answer: Json) => ({ ...answer, data: retyped(answer.data) }),
  /** The requested root field is not an object. */
  wrong_shape: (answer: Json) => ({
    ...answer,
    data: Object.fromEntries(Object.keys((answer.data ?? {}) as Json).map((name) => [name, 'something'])),
  }),
} as const;

type Json = Record<string, unknown>;

interface Trouble extends Required<TroubleOptions> {
  kind: TroubleKind;
}

/** What will go wrong at a shop, in the order in which it was requested. */
export class Troubles {
  #waiting: Trouble[] = [];

  add(kind: TroubleKind, { times = 1, at = 'admin', ms = 1_000 }: TroubleOptions = {}): void {
    this.#waiting.push({ kind, times, at, ms });
  }

  /** Ends all trouble. */
  calm(): void {
    this.#waiting = [];
  }

  next(at: Place): Trouble | null {
    const found = this.#waiting.find((trouble) => trouble.at === at);
    if (!found) return null;
    found.times -= 1;
    this.#waiting = this.#waiting.filter(({ times }) => times > 0);
    return found;
  }
}

/** @returns whether it has answered the request */
export function refuse(response: Response, kind: TroubleKind): boolean {
  if (!isRefusal(kind)) return false;
  const { status, headers, body }: Refusal = REFUSALS[kind];
  response.status(status).set({ 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body);
  return true;
}

function isRefusal(kind: string): kind is keyof typeof REFUSALS {
  return Object.hasOwn(REFUSALS, kind);
}

function isSpoiling(kind: string): kind is keyof typeof SPOILT {
  return Object.hasOwn(SPOILT, kind);
}

export function isTrouble(kind: unknown): kind is TroubleKind {
  return (
    typeof kind === 'string' &&
    (isRefusal(kind) || isSpoiling(kind) || ['slow', 'cut_off', 'throttled'].includes(kind))
  );
}

/** Answers with JSON, changed as the trouble demands. */
export async function answerJson(
  response: Response,
  trouble: Trouble | null,
  answer: object,
  status = 200,
): Promise<void> {
  const spoilt = trouble && isSpoiling(trouble.kind) ? SPOILT[trouble.kind](answer as Json) : answer;
  response.status(status).type('application/json');
  await answerText(response, trouble, json(spoilt));
}

export async function answerText(response: Response, trouble: Trouble | null, text: string): Promise<void> {
  if (trouble?.kind === 'slow') await sleep(trouble.ms);
  if (trouble?.kind !== 'cut_off') return void response.end(text);
  const whole = Buffer.from(text);
  response.set('content-length', String(whole.length));
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
}

function nullLast(value: unknown, path: (string | number)[]): (string | number)[] {
  if (Array.isArray(value) && value.length > 0) {
    value[value.length - 1] = null;
    return [...path, value.length - 1];
  }
  if (typeof value !== 'object' || value === null) return [];
  for (const [name, each] of Object.entries(value)) {
    const found = nullLast(each, [...path, name]);
    if (found.length > 0) return found;
  }
  return [];
}

function retyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(retyped);
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, retyped(each)]));
}
