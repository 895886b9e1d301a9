import { mongo } from 'mongoose';
import { isMongoAway } from './away.ts';

/** One write of many. */
export type WriteModel = mongo.AnyClientBulkWriteModel<mongo.Document>;

/** What became of it. */
export interface Written {
  /** Documents that an insert made or a filter matched. */
  matched: number;
  duplicateKey: boolean;
  error: Error | null;
}

const DUPLICATE_KEY = 11000;

/**
 * Many writes in one command, each with its own answer. A write that MongoDB or the driver refuses does
 * not take the others with it (P7): refused as a whole, the batch is written one by one.
 * @throws whatever says that MongoDB is away; then nothing is known of any write
 */
export async function writeAll(client: mongo.MongoClient, models: WriteModel[]): Promise<Written[]> {
  if (models.length === 0) return [];
  try {
    const result = await client.bulkWrite(models, { ordered: false, verboseResults: true });
    return models.map((_, i) => answerAt(result, i));
  } catch (error) {
    if (hasAnswers(error)) return models.map((_, i) => answerOf(error, i));
    if (isMongoAway(error)) throw error;
    return models.length === 1 ? [refusal(error)] : await oneByOne(client, models);
  }
}

/** Whether each write has its own answer; one that may not be durable has none. */
function hasAnswers(error: unknown): error is mongo.MongoClientBulkWriteError {
  return (
    error instanceof mongo.MongoClientBulkWriteError &&
    error.writeErrors.size > 0 &&
    error.writeConcernErrors.length === 0
  );
}

/** @throws whatever says that MongoDB is away */
async function oneByOne(client: mongo.MongoClient, models: WriteModel[]): Promise<Written[]> {
  const answers: Written[] = [];
  for (const model of models) answers.push(...(await writeAll(client, [model])));
  return answers;
}

function refusal(error: unknown): Written {
  return {
    matched: 0,
    duplicateKey: false,
    error: error instanceof Error ? error : new Error(String(error)),
  };
}

function answerAt(result: mongo.ClientBulkWriteResult, i: number): Written {
  const updated = result.updateResults?.get(i);
  const matched = result.insertResults?.has(i) ? 1 : (updated?.matchedCount ?? 0);
  return { matched, duplicateKey: false, error: null };
}

function answerOf(error: mongo.MongoClientBulkWriteError, i: number): Written {
  const failed = error.writeErrors.get(i);
  if (!failed)
    return error.partialResult
      ? answerAt(error.partialResult, i)
      : { matched: 0, duplicateKey: false, error };
  return {
    matched: 0,
    duplicateKey: failed.code === DUPLICATE_KEY,
    error: new Error(`MongoDB refused a write: ${failed.code}`),
  };
}
