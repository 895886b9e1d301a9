import { markBrokenOff } from '../../persist/audit-log.ts';
import { CONTINUED } from '../../persist/audited-once.ts';
import type { Collections } from '../../persist/collections.ts';
import { messageOf } from '../../system/errors.ts';
import type { Component } from '../../system/lifecycle.ts';
import type { Logger } from '../../system/log.ts';
import { repeating } from '../../system/repeating.ts';

interface BrokenOffTools {
  audit: Collections['audit'];
  now: () => number;
  log: Logger;
}

const LOOK_MS = 5000;

/**
 * Ends the audit entries of actions whose program died in the middle (P8). Safe in any number of processes: each
 * entry is ended once. While MongoDB is down, entries stay `begun`.
 */
export function endsBrokenOff({ audit, now, log }: BrokenOffTools): Component {
  const mark = async () => {
    const acts = await markBrokenOff(audit, CONTINUED, new Date(now()));
    if (acts > 0) log.warn({ acts }, 'actions did not finish because their program died: see the audit log');
  };
  return repeating('unfinished actions', LOOK_MS, mark, (error) =>
    log.debug({ because: messageOf(error) }, 'could not look for unfinished actions'),
  );
}
