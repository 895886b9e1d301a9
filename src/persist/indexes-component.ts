import { openMongo } from '../system/connections.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { TooSlow, within } from '../system/within.ts';
import { collectionsOf, type Collections } from './collections.ts';

/** Enough to build missing indexes on small collections. */
const WAIT_MS = 10_000;

/**
 * Creates missing collections and indexes without delaying a program's start. An index on a large journal takes hours,
 * longer than any command may take, so this uses a separate connection without a timeout. Until an index exists,
 * queries that need it are slow and documents do not expire. Nothing becomes incorrect, because only the index on
 * `_id` is unique.
 */
export function indexesComponent(
  uri: string,
  log: Logger,
  prepare: (collections: Collections) => Promise<void>,
  waitMs = WAIT_MS,
): Component {
  const mongo = openMongo(uri, { silenceMs: 0 });
  const build = async () => {
    await mongo.asPromise();
    await prepare(collectionsOf(mongo));
  };
  return {
    name: 'indexes',
    start: async () => {
      const building = build().finally(() => void mongo.close());
      try {
        await within(building, waitMs);
        return;
      } catch (error) {
        if (!(error instanceof TooSlow)) throw error;
      }
      log.warn('MongoDB is still building indexes; some queries are slow until it has finished');
      building.then(
        () => log.info('MongoDB has built the indexes'),
        (error: unknown) =>
          log.error(
            { because: messageOf(error) },
            'could not build the indexes; restart this program to try again',
          ),
      );
    },
    stop: () => mongo.close(),
  };
}
