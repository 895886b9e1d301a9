import type { RequestHandler } from 'express';
import type { z } from 'zod';
import type { Action } from '../shapes/audit.ts';
import type { Role } from '../shapes/tokens.ts';

/** Who asks. */
export interface Asker {
  name: string;
  role: Role;
  /** The token's id, and its id in older versions. */
  token: string;
  formerId: string;
  expiresAt: Date;
  /** What this token comes from, the first one first; that first one, or this one itself; and when that is over. */
  line: string[];
  root: string;
  rootEndsAt: Date | null;
  /** A session is a page's, by cookie. */
  by: 'token' | 'session';
}

/** How a request came, and what may be said besides the answer: only signing in and out needs it. */
export interface Exchange {
  /** How the asker calls us: `http://localhost:3001`. */
  origin: string;
  https: boolean;
  setCookie: (cookie: string) => void;
}

export interface Asked<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Of a route for `nobody`: null in truth where nobody is signed in. */
  who: Asker;
  exchange: Exchange;
  act: NotedAct;
}

/** The request as an act in the audit. */
export interface NotedAct {
  /** Of its entry; null where the request changes nothing. */
  number: number | null;
  /** Written beside what the answer says was done: what is for the audit alone. */
  note: (words: string) => void;
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Schema = z.ZodType | undefined;

/**
 * One route of the API. The router, its document (OpenAPI) and the tests all read this table; nothing else
 * says what there is.
 */
export interface Route<
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  A extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it, below /api: `/orders/{shop}/{orderId}`. */
  path: string;
  /** The least role that may ask; `nobody`: no token is needed. */
  role: Role | 'nobody';
  about: string;
  /** Requests that one token with all that came of it, or one address without, may make in a minute; else 429. */
  perMinute?: number;
  /** Whom a request counts for, by its body, where nobody is signed in; null: the address. */
  countedFor?: (body: unknown) => Promise<string | null>;
  /** Of its body, in bytes; larger is a 413. */
  largestBody?: number;
  /** How long it may look, where that is longer than a page waits. */
  withinMs?: number;
  params?: P;
  query?: Q;
  body?: B;
  answer: A;
  /**
   * Given where the request changes something or shows customer data: it is then audited, with the reason of its
   * body or query, before it is done and after. Null: this request changes nothing (a dry run).
   */
  audit?: (asked: Asked<Output<P>, Output<Q>, Output<B>>) => { action: Action; target: string } | null;
  /** Answers instead of `handle`: server-sent events, each with the shape of `answer` as its data. */
  stream?: RequestHandler;
  /** @throws Refusal */
  handle: (asked: Asked<Output<P>, Output<Q>, Output<B>>) => Promise<z.input<A>>;
}

/** Checks a route's types, and forgets them. */
export function route<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  A extends z.ZodType = z.ZodType,
>(given: Route<P, Q, B, A>): Route {
  return given as unknown as Route;
}
