import type { mongo } from 'mongoose';
import type { Component } from '../system/lifecycle.ts';
import { repeating } from '../system/repeating.ts';
import { within } from '../system/within.ts';
import type { Collections } from './collections.ts';
import type { ProgramDocument } from './program-schema.ts';

/** Records that the app has started. The record is permanent, so ingest still checks shops while the app restarts. */
export function tellAppStarted({ programs }: Pick<Collections, 'programs'>, now: () => number): Component {
  return {
    name: 'app record',
    start: async () => {
      await programs.updateOne({ _id: 'app' }, { $set: { startedAt: new Date(now()) } }, { upsert: true });
    },
    stop: () => undefined,
  };
}

const EVERY_MS = 5000;
/** Longest wait for MongoDB at start: it may be down. */
const FIRST_MS = 500;

export interface AppPresence extends Component {
  isThere: () => boolean;
}

/**
 * Tells ingest whether an app program was ever started with this database. Polled in the background until one was, so
 * webhooks never wait for it. Fails open: while MongoDB is down, the last known answer counts.
 * @param configured whether the settings already configure an app
 */
export function createAppPresence(
  client: mongo.MongoClient,
  database: string,
  configured: boolean,
): AppPresence {
  const programs = client.db(database).collection<ProgramDocument>('programs');
  let there = configured;
  const ask = async () => {
    if (!(await programs.findOne({ _id: 'app' }))) return;
    there = true;
    void asking.stop();
  };
  const asking = repeating('app presence', EVERY_MS, ask, () => undefined);
  return {
    ...asking,
    start: async () => {
      if (there) return;
      await within(asking.once(), FIRST_MS).catch(() => undefined);
      if (!there) asking.start();
    },
    // An answer is not waited for: MongoDB may hang.
    stop: () => void asking.stop(),
    isThere: () => there,
  };
}
