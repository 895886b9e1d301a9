import type { RequestHandler } from 'express';
import type { z } from 'zod';
import type { Caller, NotedAct } from '../caller.ts';
import type { Action } from '../shapes/audit.ts';
import type { Download } from './download.ts';
import type { Role } from '../../system/roles.ts';
import type { Scope } from './scope.ts';

/** How a request arrived, and a way to set a cookie: only signing in and out needs it. */
export interface Exchange {
  /** Our origin as the caller addressed it: `http://localhost:3001`. */
  origin: string;
  https: boolean;
  setCookie: (cookie: string) => void;
  /** The headers that the route declares. */
  headers: Readonly<Record<string, string>>;
  /** Aborted when the client has disconnected. */
  gone: AbortSignal;
}

export interface RouteInput<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** In a route for `nobody` it is null, against its type, if no one is signed in. */
  who: Caller;
  exchange: Exchange;
  act: NotedAct;
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Schema = z.ZodType | undefined;

/** One route of the API. Router, document (OpenAPI) and tests all read the same table of routes. */
export interface Route<
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  A extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it, below /api: `/orders/{shop}/{orderId}`. */
  path: string;
  /** The role that may call it, and those that may act as it (system/roles.ts); `nobody`: no token is needed. */
  role: Role | 'nobody';
  /** What a token that is bound to shops may do with it. */
  scope: Scope<RouteInput<Output<P>, Output<Q>, Output<B>>>;
  about: string;
  /** Requests a minute, of a token and everything made from it or of an address without a token; more get 429. */
  perMinute?: number;
  /** Whom a request counts for, read from its body, if no one is signed in; null: the address. */
  countedFor?: (body: unknown) => Promise<string | null>;
  /** Parses the body, instead of express. @throws Refusal */
  parseBody?: (bytes: Uint8Array) => unknown;
  /** The largest body in bytes; a larger one gets 413. */
  largestBody?: number;
  /** How long a read may take, if that is longer than a page waits. */
  withinMs?: number;
  /** Headers by their names in lower case; all of them have text. */
  headers?: z.ZodObject<Record<string, z.ZodString>>;
  params?: P;
  query?: Q;
  body?: B;
  answer: A;
  /**
   * Set if the route changes something or shows customer data. A request is then audited before and after it
   * is done, with the reason from its body or query. Null: this request changes nothing (a dry run).
   */
  audit?: (asked: RouteInput<Output<P>, Output<Q>, Output<B>>) => { action: Action; target: string } | null;
  /** The content types of its answer, if it is not JSON: `handle` then returns a {@link Download}. */
  media?: readonly string[];
  /** Used instead of `handle`: server-sent events, each with the shape of `answer` as its data. */
  stream?: RequestHandler;
  /** Used instead of `handle` if the client accepts only NDJSON: one line each. @throws Refusal */
  lines?: (asked: RouteInput<Output<P>, Output<Q>, Output<B>>) => AsyncIterator<object>;
  /** @throws Refusal */
  handle: (asked: RouteInput<Output<P>, Output<Q>, Output<B>>) => Promise<z.input<A> | Download>;
}

/** Checks a route's types, then erases them. */
export function route<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  A extends z.ZodType = z.ZodType,
>(given: Route<P, Q, B, A>): Route {
  return given as unknown as Route;
}
