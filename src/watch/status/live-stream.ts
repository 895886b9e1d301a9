import type { Request, RequestHandler, Response } from 'express';
import { Refusal } from '../api/refusal.ts';
import type { Asker } from '../api/route.ts';
import type { Sampler } from './sampler.ts';
import type { Now } from '../shapes/system.ts';
import type { Guard } from '../sign-in/authorize.ts';

/**
 * So often a stream is looked after: whether its asker may still see this (a token expires or is revoked), and a
 * comment, for proxies that take a silent connection for a dead one.
 */
const LOOK_AFTER_MS = 5000;
/** A browser whose stream broke opens it again after this time. */
const OPEN_AGAIN_MS = 1000;
/** One sample is about 1 kB: who has so much unread is a minute behind, or gone. */
const UNREAD_BYTES = 64 * 1024;
/** Tabs of all operators together; and those of one token with all that came of it, so that nobody takes them all. */
const MOST_STREAMS = 200;
const MOST_OF_ONE = 10;

/**
 * GET /api/live: a server-sent event `now` with each sample, for whoever may see the status. The caller mounts
 * it behind its guard, which says who asks; the stream itself asks that guard again and again. A slow reader is dropped, and opens it
 * again; nothing is kept for it.
 */
export function liveHandler(sampler: Sampler, guard: Guard, lookAfterMs = LOOK_AFTER_MS): RequestHandler {
  const open = new Map<string, number>();
  return (request, response) => {
    const { root } = response.locals.who as Asker;
    const own = open.get(root) ?? 0;
    if (own >= MOST_OF_ONE)
      throw new Refusal('too_many', `${MOST_OF_ONE} streams of yours are open already: close a tab`);
    if (sampler.listeners >= MOST_STREAMS)
      throw new Refusal('too_many', `${MOST_STREAMS} streams are open already`);
    if (!stream(sampler, response)) throw new Refusal('away', 'this program is stopping');
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

/** False where there is nothing to stream any more. */
function stream(sampler: Sampler, response: Response): boolean {
  const said: string[] = [`retry: ${OPEN_AGAIN_MS}\n\n`];
  const say = (text: string) => void (response.headersSent ? write(response, text) : said.push(text));
  const unlisten = sampler.listen({ now: (now) => say(eventOf(now)), end: () => end(response) });
  if (!unlisten) return false;
  response.on('close', unlisten);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // nginx collects what it passes on, otherwise.
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

/** Whoever does not read would keep the connection, and with it the end of this program, waiting. */
function end(response: Response): void {
  if (response.writableLength > 0) response.destroy();
  else response.end();
}

/** JSON has no line breaks of its own: one line holds it. */
function eventOf(now: Now): string {
  return `event: now\ndata: ${JSON.stringify(now)}\n\n`;
}
