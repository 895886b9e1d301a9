import { mongo } from 'mongoose';
import { isMongoAway } from './is-mongo-away.ts';
import { isDuplicateKey } from './duplicate-key.ts';

/** One of many writes. */
export type WriteModel = mongo.AnyClientBulkWriteModel<mongo.Document>;

/** The result of one write. */
export interface Written {
  /** Documents inserted, or matched by the filter. */
  matched: number;
  duplicateKey: boolean;
  error: Error | null;
  /** It was refused, and is larger than MongoDB allows. */
  tooLarge: boolean;
}

/**
 * MongoDB's documents are limited to 16 MB. The driver refuses an operation of that size as a whole: the document with
 * its filter and names, which are far below 16 kB.
 */
const LARGEST_DOCUMENT = 16 * 1024 * 1024 - 16 * 1024;

/**
 * Many writes in one command, each with its own result. A write that MongoDB or the driver refuses does not affect the
 * others (P7). If a batch is refused as a whole, writes that are too large are reported, and the rest is written
 * together; if none is too large, the writes are repeated one by one.
 * @throws the driver's error when MongoDB is down; then the result of every write is unknown
 */
export async function bulkWrite(client: mongo.MongoClient, models: WriteModel[]): Promise<Written[]> {
  if (models.length === 0) return [];
  try {
    const result = await client.bulkWrite(models, { ordered: false, verboseResults: true });
    return models.map((_, i) => answerAt(result, i));
  } catch (error) {
    if (hasAnswers(error)) return models.map((model, i) => answerOf(error, i, model));
    if (isMongoAway(error)) throw error;
    return models.length === 1
      ? models.map((model) => refusal(model, error))
      : await apart(client, models, error);
  }
}

/** @throws the driver's error when MongoDB is down */
async function apart(client: mongo.MongoClient, models: WriteModel[], error: unknown): Promise<Written[]> {
  const [large, rest] = [models.filter(isTooLarge), models.filter((model) => !isTooLarge(model))];
  if (large.length === 0) return await oneByOne(client, models);
  const written = await bulkWrite(client, rest);
  return models.map((model) =>
    large.includes(model) ? refusal(model, error) : (written.shift() ?? refusal(model, error)),
  );
}

function isTooLarge(model: WriteModel): boolean {
  return isTooLargeDocument(contentOf(model));
}

export function isTooLargeDocument(document: mongo.Document): boolean {
  return mongo.BSON.calculateObjectSize(document) > LARGEST_DOCUMENT;
}

function contentOf(model: WriteModel): mongo.Document {
  if (model.name === 'insertOne') return model.document;
  if (model.name === 'replaceOne') return model.replacement;
  return 'update' in model ? model.update : {};
}

/** Whether each write has its own result. A write that may not be durable has none. */
function hasAnswers(error: unknown): error is mongo.MongoClientBulkWriteError {
  return (
    error instanceof mongo.MongoClientBulkWriteError &&
    error.writeErrors.size > 0 &&
    error.writeConcernErrors.length === 0
  );
}

/** @throws the driver's error when MongoDB is down */
async function oneByOne(client: mongo.MongoClient, models: WriteModel[]): Promise<Written[]> {
  const answers: Written[] = [];
  for (const model of models) answers.push(...(await bulkWrite(client, [model])));
  return answers;
}

function refusal(model: WriteModel, error: unknown): Written {
  return {
    matched: 0,
    duplicateKey: false,
    error: error instanceof Error ? error : new Error(String(error)),
    tooLarge: isTooLarge(model),
  };
}

function answerAt(result: mongo.ClientBulkWriteResult, i: number): Written {
  const updated = result.updateResults?.get(i);
  const matched = result.insertResults?.has(i) ? 1 : (updated?.matchedCount ?? 0);
  return { matched, duplicateKey: false, error: null, tooLarge: false };
}

function answerOf(error: mongo.MongoClientBulkWriteError, i: number, model: WriteModel): Written {
  const failed = error.writeErrors.get(i);
  if (!failed) return error.partialResult ? answerAt(error.partialResult, i) : refusal(model, error);
  const refused = new Error(`MongoDB refused a write: error code ${failed.code}`);
  return isDuplicateKey(failed)
    ? { matched: 0, duplicateKey: true, error: refused, tooLarge: false }
    : refusal(model, refused);
}
