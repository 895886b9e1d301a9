import { startAll } from './compose/composition.ts';
import { openResources } from './compose/resources.ts';
import { composeWorker } from './compose/worker.ts';
import { prepareCollections, retentionOf } from './persist/collections.ts';
import { runProgram } from './system/program.ts';

/** redlock waits for all of its servers: one that hangs must not delay every lock for longer than this. */
const LOCK_SERVER_MS = 500;

/** Applies events to orders. Any number may run. */
await runProgram(
  'worker',
  ['REDIS_URL', 'MONGODB_URI'],
  async (surroundings) => {
    const resources = await openResources(surroundings, {
      temper: 'patient',
      lockServerMs: LOCK_SERVER_MS,
      prepare: (collections) => prepareCollections(collections, retentionOf(surroundings.config)),
    });
    await startAll(surroundings, composeWorker(resources));
  },
  'WORKER_PROCESSES',
);
