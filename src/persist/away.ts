import { mongo } from 'mongoose';

const AWAY = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
] as const;

/** Nobody there, or gone in the middle: trying again at once would not help. */
export function isMongoAway(error: unknown): boolean {
  return AWAY.some((kind) => error instanceof kind);
}
