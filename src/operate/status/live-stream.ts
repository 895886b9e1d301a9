import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import { nowWithin } from './bound-status.ts';
import type { Sampler } from './sampler.ts';
import type { Now } from '../shapes/system.ts';
import type { Guard } from '../sign-in/authorize.ts';

/**
 * How often each stream is checked: whether its caller may still see it (a token expires or is revoked). A
 * comment is sent too, for proxies that take a silent connection for a dead one.
 */
const LOOK_AFTER_MS = 5000;
/** A browser whose stream broke opens it again after this time. */
const OPEN_AGAIN_MS = 1000;
/** One sample is about 1 kB: a client with this much unread is a minute behind, or gone. */
const UNREAD_BYTES = 64 * 1024;
/** Open streams in total; and per token with all made from it, so that one user cannot take them all. */
const MOST_STREAMS = 200;
const MOST_OF_ONE = 10;

/**
 * GET /api/live: a server-sent event `now` with each sample, for every viewer. It is mounted behind the
 * guard, which identifies the caller; an open stream asks the guard again every 5 s. A slow reader is dropped
 * and reconnects; nothing is kept for it.
 */
export function liveHandler(sampler: Sampler, guard: Guard, lookAfterMs = LOOK_AFTER_MS): RequestHandler {
  const open = new Map<string, number>();
  return (request, response) => {
    const { root, shops } = response.locals.who as Caller;
    const own = open.get(root) ?? 0;
    if (own >= MOST_OF_ONE)
      throw new Refusal('too_many', `you already have ${MOST_OF_ONE} open streams: close a tab`);
    if (sampler.listeners >= MOST_STREAMS)
      throw new Refusal('too_many', `${MOST_STREAMS} streams are already open`);
    if (!stream(sampler, response, shops)) throw new Refusal('unavailable', 'this program is stopping');
    open.set(root, own + 1);
    const timer = setInterval(() => void lookAfter(request, response, guard), lookAfterMs);
    response.on('close', () => {
      clearInterval(timer);
      const left = (open.get(root) ?? 1) - 1;
      if (left > 0) open.set(root, left);
      else open.delete(root);
    });
  };
}

/** False if the sampler has stopped. */
function stream(sampler: Sampler, response: Response, bounds: ShopBounds): boolean {
  const said: string[] = [`retry: ${OPEN_AGAIN_MS}\n\n`];
  const say = (text: string) => void (response.headersSent ? write(response, text) : said.push(text));
  const unlisten = sampler.listen({
    now: (now) => say(eventOf(nowWithin(bounds, now))),
    end: () => end(response),
  });
  if (!unlisten) return false;
  response.on('close', unlisten);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Otherwise nginx would buffer the stream.
    'x-accel-buffering': 'no',
  });
  response.write(said.join(''));
  return true;
}

async function lookAfter(request: Request, response: Response, guard: Guard): Promise<void> {
  const who = await guard.whoIs(request).catch(() => null);
  if (who) write(response, ': still here\n\n');
  else end(response);
}

function write(response: Response, text: string): void {
  if (response.writableLength > UNREAD_BYTES) response.destroy();
  else response.write(text);
}

/** A client that does not read would keep the connection open and delay the stop of this program. */
function end(response: Response): void {
  if (response.writableLength > 0) response.destroy();
  else response.end();
}

/** `JSON.stringify` writes no line breaks: one data line is enough. */
function eventOf(now: Now): string {
  return `event: now\ndata: ${JSON.stringify(now)}\n\n`;
}
