import type { mongo } from 'mongoose';
import type { Part } from '../system/lifecycle.ts';
import { within } from '../system/within.ts';
import type { Collections } from './collections.ts';
import type { ProgramDocument } from './program-schema.ts';

/** Records that the app has started. The record is permanent, so ingest still checks shops while the app restarts. */
export function tellAppStarted({ programs }: Pick<Collections, 'programs'>, now: () => number): Part {
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

export interface AppPresence extends Part {
  isThere: () => boolean;
}

/**
 * Tells ingest whether an app program was ever started with this database. Polled in the background until one was, so
 * webhooks never wait for it. Fails open: while MongoDB is down, the last known answer counts.
 * @param configured whether the settings already configure an app
 */
export function appPresence(client: mongo.MongoClient, database: string, configured: boolean): AppPresence {
  const programs = client.db(database).collection<ProgramDocument>('programs');
  let there = configured;
  let timer: NodeJS.Timeout | null = null;
  const ask = async () => {
    if (await programs.findOne({ _id: 'app' })) there = true;
  };
  const askAgain = () => {
    if (there && timer) clearInterval(timer);
    else void ask().catch(() => undefined);
  };
  return {
    name: 'app presence',
    start: async () => {
      if (there) return;
      await within(ask(), FIRST_MS).catch(() => undefined);
      timer = setInterval(askAgain, EVERY_MS);
    },
    stop: () => {
      if (timer) clearInterval(timer);
    },
    isThere: () => there,
  };
}
