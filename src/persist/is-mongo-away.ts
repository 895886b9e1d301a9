import { mongo } from 'mongoose';

const AWAY = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
] as const;

/** Whether MongoDB is unreachable, or was lost in the middle of a command: an immediate retry would not help. */
export function isMongoAway(error: unknown): boolean {
  return AWAY.some((kind) => error instanceof kind);
}

/** Whether MongoDB or its client failed: unlike damaged data, another attempt may succeed. */
export function isMongoError(error: unknown): boolean {
  return error instanceof mongo.MongoError;
}
