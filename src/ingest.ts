import { startAll } from './compose/composition.ts';
import { composeIngest, openIngest } from './compose/ingest.ts';
import { runProgram } from './system/program.ts';

/** Accepts webhooks. Starts and runs as long as Redis or MongoDB is reachable. Any number may run. */
await runProgram(
  'ingest',
  ['REDIS_URL', 'MONGODB_URI', 'SHOPIFY_API_SECRET'],
  async (surroundings) => {
    await startAll(surroundings, composeIngest(await openIngest(surroundings)));
  },
  'INGEST_PROCESSES',
);
