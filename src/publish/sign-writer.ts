import type { DestinationSigns } from '../system/destination-signs.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { repeating } from '../system/repeating.ts';
import { within } from '../system/within.ts';

/** Counts of a second are exact to half of it. */
const EVERY_MS = 500;
/** How long a stopping publisher waits for Redis. */
const LEAVE_MS = 500;

/** What a publisher records of destinations (destination-signs.ts). Nothing waits for it, and nothing here throws. */
export interface SignWriter {
  component: Component;
  ended: (destination: string) => void;
  opened: (destination: string, pauseMs: number, because: string) => void;
  closed: (destination: string) => void;
  cannotOpen: (name: string, because: string) => void;
  canOpen: (name: string) => void;
}

/** @param publisher its name among publishers */
export function signWriter(signs: DestinationSigns, publisher: string, log: Logger): SignWriter {
  let ended = new Map<string, number>();
  /** Destinations that accepted a message since the last pause: their circuit is closed. */
  const closed = new Set<string>();
  const problems = new Map<string, string>();
  let hadProblems = false;
  const failed = (error: unknown) =>
    log.debug({ because: messageOf(error) }, 'could not record signs of destinations');
  const write = async () => {
    const counts = ended;
    ended = new Map();
    await Promise.all([...counts].map(([destination, count]) => signs.ended(destination, count)));
    if (problems.size > 0 || hadProblems) await signs.problems(publisher, Object.fromEntries(problems));
    hadProblems = problems.size > 0;
  };
  const timer = repeating('signs of destinations', EVERY_MS, write, failed);
  return {
    component: {
      name: timer.name,
      start: () => timer.start(),
      stop: async () => {
        void timer.stop();
        problems.clear();
        await within(write(), LEAVE_MS).catch(failed);
      },
    },
    ended: (destination) => void ended.set(destination, (ended.get(destination) ?? 0) + 1),
    opened: (destination, pauseMs, because) => {
      closed.delete(destination);
      void signs.open(destination, pauseMs, because).catch(failed);
    },
    closed: (destination) => {
      if (closed.has(destination)) return;
      closed.add(destination);
      void signs.close(destination).catch(failed);
    },
    cannotOpen: (name, because) => void problems.set(name, because),
    canOpen: (name) => void problems.delete(name),
  };
}
