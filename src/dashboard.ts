import { startAll } from './compose/composition.ts';
import { composeDashboard } from './compose/dashboard.ts';
import { openResources } from './compose/resources.ts';
import { runProgram } from './system/program.ts';

/** The dashboard and the API: orders, their history, the overall status, and operator actions. */
await runProgram('dashboard', ['REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET'], async (surroundings) => {
  await startAll(surroundings, composeDashboard(await openResources(surroundings)));
});
