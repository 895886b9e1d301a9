import { openMongo } from '../system/connections.ts';
import { messageOf } from '../system/errors.ts';
import type { Part } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { TooSlow, within } from '../system/within.ts';
import { collectionsOf, type Collections } from './collections.ts';

/** Missing indexes of small collections are made by then. */
const WAIT_MS = 10_000;

/**
 * Makes what is missing in MongoDB without keeping a program from starting: an index on a large journal takes
 * hours, longer than any answer may take. It has a connection of its own that waits as long as it takes. Until an
 * index is there, queries that need it are slow and documents do not end by their age; nothing is wrong, because
 * no index but that of `_id` is unique.
 */
export function indexesPart(
  uri: string,
  log: Logger,
  prepare: (collections: Collections) => Promise<void>,
  waitMs = WAIT_MS,
): Part {
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
      log.warn('MongoDB is still building indexes: some queries are slow until it has');
      building.then(
        () => log.info('MongoDB has built the indexes'),
        (error: unknown) =>
          log.error(
            { reason: messageOf(error) },
            'indexes were not built; restart this program to try again',
          ),
      );
    },
    stop: () => mongo.close(),
  };
}
