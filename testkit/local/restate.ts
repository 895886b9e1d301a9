import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';

/** Where scripts/set-up.mjs installs it. */
const HOME = path.resolve(import.meta.dirname, '..', '..', '.lockstep', 'restate', 'node_modules');

const START_MS = 60_000;
const ASK_AGAIN_MS = 50;

/** A Restate server, on free loopback ports. */
interface LocalRestate {
  /** Takes calls. */
  ingressUrl: string;
  /** Takes deployments. */
  adminUrl: string;
  stop: () => Promise<void>;
}

/**
 * @param folder where its data is stored; the caller removes it
 * @param settings more of its settings, as environment variables
 * @throws Error with what it said, if it does not start
 */
export async function startRestate(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<LocalRestate> {
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const server = new ServerProcess([binary(), '--listen-mode=tcp'], {
    RESTATE_BASE_DIR: folder,
    // It leaves empty folders there.
    TMPDIR: folder,
    RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
    RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_LOG_FILTER: 'warn',
    ...settings,
  });
  const [ingressUrl, adminUrl] = [`http://127.0.0.1:${ingress}`, `http://127.0.0.1:${admin}`];
  await untilHealthy([`${ingressUrl}/restate/health`, `${adminUrl}/health`], server);
  return { ingressUrl, adminUrl, stop: () => server.stop() };
}

/** One that does not answer is stopped: it would keep the caller from ending. */
async function untilHealthy(urls: readonly string[], server: ServerProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await Promise.all(urls.map(isHealthy))).every(Boolean)) {
    if (server.hasEnded || Date.now() > deadline) {
      if (!server.hasEnded) await server.stop();
      throw new Error(`Restate does not start: ${server.said}`);
    }
    await sleep(ASK_AGAIN_MS);
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => null);
  return answer?.ok ?? false;
}

/** Its package has the program in another package for each platform. */
function binary(): string {
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return createRequire(path.join(HOME, '@restatedev', 'restate-server', 'package.json')).resolve(
    `${platform}/bin/restate-server`,
  );
}
