import { runProgram } from '../../src/system/program.ts';
import { httpServer, tellPort } from '../../src/health/serve.ts';
import { openGround } from './ground.ts';
import type { Rival } from './rival.ts';
import { isRivalName, RIVALS } from './rivals.ts';
import { readyApp, takeWebhooks } from './webhooks-app.ts';

/**
 * One process of a rival:
 *   node load-tests/rivals/program.ts <rival> ingest|worker
 * Its settings are those of Lockstep's ingest and worker.
 */
const [name = '', role = ''] = process.argv.slice(2);
const program = isRivalName(name) ? programOf(RIVALS[name], role) : null;
if (program) await program();
else {
  process.stderr.write(`usage: program.ts ${Object.keys(RIVALS).join('|')} ingest|worker\n`);
  process.exit(1);
}

/** Null if the rival has no such program. */
function programOf(rival: Rival, wanted: string): (() => Promise<void>) | null {
  if (wanted === 'ingest') return () => ingest(rival);
  return wanted === 'worker' && rival.work ? () => worker(rival.work) : null;
}

async function ingest(rival: Rival): Promise<void> {
  await runProgram('ingest', ['REDIS_URL', 'MONGODB_URI', 'SHOPIFY_API_SECRET'], async (surroundings) => {
    const { config, log, lifecycle } = surroundings;
    const ground = openGround(surroundings, 'impatient');
    const accept = await rival.accept(ground);
    const app = takeWebhooks(readyApp(ground.checks), config.SHOPIFY_API_SECRET, accept, log);
    await lifecycle.start(
      httpServer('webhooks', app, config.PORT, tellPort(log, 'accepting webhooks'), config.BIND),
    );
  });
}

async function worker(work: Rival['work']): Promise<void> {
  await runProgram('worker', ['REDIS_URL', 'MONGODB_URI'], async (surroundings) => {
    const { config, log, lifecycle } = surroundings;
    const ground = openGround(surroundings, 'patient');
    const working = await work?.(ground);
    await lifecycle.start({ name: 'work', stop: () => working?.close() });
    await lifecycle.start(
      httpServer(
        'admin',
        readyApp(ground.checks),
        config.ADMIN_PORT ?? 0,
        tellPort(log, 'ready'),
        config.BIND,
      ),
    );
  });
}
