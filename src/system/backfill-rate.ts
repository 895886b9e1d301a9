/**
 * Orders per second of a backfill, over all publishers. 20 orders with about 10 changes each are 200 messages a second:
 * a million orders take 14 hours, and another system of usual size keeps up.
 */
export const BACKFILL_RATE = 20;
/** One publisher makes the history of about 200 orders a second. */
export const MOST_BACKFILL_RATE = 1000;
