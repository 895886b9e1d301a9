import type { Response } from 'express';
import { Refusal } from '../refusal.ts';

/** Each reads MongoDB as fast as its client reads. */
const MOST_OPEN = 20;
/** One caller must not take the streams of all others. */
const MOST_OF_ONE = 4;
/** A client that reads nothing for this long is disconnected. */
const UNREAD_MS = 60_000;

/** By caller: the token, and everything made from it. */
const open = new Map<string, number>();

/** Runs a long answer. @throws Refusal too_many */
export async function asStream(caller: string, response: Response, send: () => Promise<void>): Promise<void> {
  const mine = open.get(caller) ?? 0;
  const all = [...open.values()].reduce((sum, each) => sum + each, 0);
  if (mine >= MOST_OF_ONE || all >= MOST_OPEN)
    throw new Refusal(
      'too_many',
      `${mine} streams of this token are open, and ${all} in all: close one first`,
    );
  open.set(caller, mine + 1);
  response.setTimeout(UNREAD_MS, () => response.destroy());
  try {
    await send();
  } finally {
    const left = (open.get(caller) ?? 1) - 1;
    if (left === 0) open.delete(caller);
    else open.set(caller, left);
  }
}
