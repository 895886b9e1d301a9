import { composeApp } from './compose/app.ts';
import { startAll } from './compose/composition.ts';
import { openWakes } from './compose/deposits.ts';
import { openResources } from './compose/resources.ts';
import { APP_SETTINGS } from './shop/shopify.ts';
import { runProgram } from './system/program.ts';

/** The merchant's side: installs, the page in the admin, reconciliation, redactions. Any number may run. */
await runProgram('app', ['REDIS_URL', 'MONGODB_URI', ...APP_SETTINGS], async (surroundings) => {
  const resources = await openResources(surroundings);
  await startAll(surroundings, composeApp({ ...resources, wakes: openWakes(resources) }));
});
