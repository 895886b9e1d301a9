import { createRequire } from 'node:module';
import path from 'node:path';
import { freePort } from './ports.ts';
import { ServerProcess, untilAnswering } from './server-process.ts';

/** Where scripts/set-up.mjs installs it. */
const HOME = path.resolve(import.meta.dirname, '..', '..', '.lockstep', 'restate', 'node_modules');

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
  const pages = [`${ingressUrl}/restate/health`, `${adminUrl}/health`];
  await untilAnswering('Restate', server, async () =>
    (await Promise.all(pages.map(isHealthy))).every(Boolean),
  );
  return { ingressUrl, adminUrl, stop: () => server.stop() };
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
