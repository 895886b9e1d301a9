import type { mongo } from 'mongoose';
import { keysText } from '../../testkit/documents/mongosh.ts';
import type { Question } from '../../testkit/documents/questions.ts';

/** Runs the query. The collection is the driver's: nothing is converted. */
export function ask(orders: mongo.Collection, { query }: Question): Promise<mongo.Document[]> {
  if ('pipeline' in query) return orders.aggregate(query.pipeline).toArray();
  const { filter, sort, limit, collation } = query;
  const found = orders.find(filter).sort(sort).limit(limit);
  return (collation ? found.collation(collation) : found).toArray();
}

/** The keys of the indexes that MongoDB chooses, as text; `COLLSCAN` if it reads the collection from end to end. */
export async function indexesUsed(
  db: mongo.Db,
  orders: mongo.Collection,
  { query }: Question,
): Promise<string[]> {
  const name = orders.collectionName;
  const command =
    'pipeline' in query
      ? { aggregate: name, pipeline: query.pipeline, cursor: {} }
      : { find: name, ...query };
  const plan = await db.command({ explain: command, verbosity: 'queryPlanner' });
  return [...new Set(scansIn(plan))];
}

function scansIn(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(scansIn);
  if (typeof plan !== 'object' || plan === null) return [];
  const { stage, keyPattern, rejectedPlans: _, ...rest } = plan as mongo.Document;
  const inside = Object.values(rest).flatMap(scansIn);
  if (stage === 'COLLSCAN') return ['COLLSCAN', ...inside];
  return stage === 'IXSCAN' ? [keysText(keyPattern as Question['indexes'][number]), ...inside] : inside;
}

/** Whether it uses the indexes that it names, and no others. */
export function usesItsIndexes({ indexes }: Question, used: readonly string[]): boolean {
  const named = indexes.map((keys) => keysText(keys));
  return named.length === used.length && named.every((each) => used.includes(each));
}
