import { elected } from '../lock/elected.ts';
import type { Locks } from '../lock/locks.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import type { Repeating } from '../system/repeating.ts';
import type { Router } from './router.ts';

/** The longest time from a change in the feed to its effects. */
const EVERY_MS = 100;

interface RoutingTools {
  router: Router;
  /** One publisher routes at a time. It only saves work: see router.ts. */
  lock: () => ReturnType<Locks['acquire']>;
  log: Logger;
  now: () => number;
}

/** Turns changes into effects, as a component of the publisher. */
export function routing({ router, lock, log, now }: RoutingTools): Repeating {
  return elected({
    name: 'router',
    everyMs: EVERY_MS,
    lock,
    step: async () => (await router.step()) > 0,
    onFailure: (error) =>
      log.debug({ because: messageOf(error) }, 'could not turn changes into effects; trying again'),
    now,
  });
}
