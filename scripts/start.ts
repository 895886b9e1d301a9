import { parseArgs } from 'node:util';
import { loadConfig, type Config } from '../src/system/config.ts';
import { messageOf } from '../src/system/errors.ts';
import { ONCE_HOURS } from '../src/operate/sign-in/sessions.ts';
import { mintToken } from '../src/system/tokens.ts';
import { announceFakeStore, startFakeStore, type FakeStore } from '../testkit/fake-shopify/fake-store.ts';
import { isAlive } from '../testkit/local/is-alive.ts';
import { startMongo } from '../testkit/local/mongo.ts';
import { freePort, tryPort } from '../testkit/local/ports.ts';
import {
  startProgram,
  untilReady,
  watchProgram,
  type ProgramName,
  type RunningProgram,
} from '../testkit/local/programs.ts';
import { startRedis } from '../testkit/local/redis.ts';
import {
  developmentSecrets,
  readLocal,
  removeLocal,
  STATE,
  writeLocal,
  type LocalFile,
  type LocalStore,
} from '../testkit/local/state.ts';

/**
 * npm start: runs everything on this machine, in this terminal, until Ctrl-C. With --watch (npm run dev), a
 * program whose sources change is started again; the servers keep running.
 */
const TOKEN_HOURS = 24 * 30;
/** Nobody else on the network can sign in here. For `localhost`, browsers also try 127.0.0.1 if ::1 fails. */
const LOOPBACK = '127.0.0.1';
const DEVELOPER = { name: 'development', role: 'admin' } as const;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** What was started, to be stopped in reverse order. */
interface Started {
  name: string;
  /** A server stops when no program needs it any more. */
  kind: 'program' | 'server';
  stop: () => Promise<void>;
  /** Killed if it does not stop in time. Negative: a process group. */
  pid: number;
}
const started: Started[] = [];
/** Shared by all: programs get this part of SHUTDOWN_MS, the servers get the rest. */
const PROGRAMS_SHARE = 0.8;
let shutdownMs = 10_000;
let stopping: Promise<void> | null = null;

process.on('SIGINT', () => void stopAndExit(0));
process.on('SIGTERM', () => void stopAndExit(0));

const { values: asked } = parseArgs({
  options: {
    'fake-shopify': { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
  },
});

try {
  await main();
} catch (error) {
  if (!stopping) process.stderr.write(`${messageOf(error)}\n`);
  await stopAndExit(1);
}

async function main(): Promise<void> {
  const running = readLocal();
  if (running)
    throw new Error(
      `Lockstep is already running here (process ${running.pid}): ${running.ingestUrl}, ${running.dashboardUrl}`,
    );
  const config = loadConfig(process.env);
  shutdownMs = config.SHUTDOWN_MS;
  const secrets = developmentSecrets();
  const servers = await openServers(config);
  const ports = await choosePorts(config);
  const jwtSecret = config.OPS_JWT_SECRET ?? secrets.opsJwtSecret;
  const local: LocalFile = {
    pid: process.pid,
    ingestUrl: `http://localhost:${ports.ingest}`,
    dashboardUrl: `http://localhost:${ports.dashboard}`,
    shopifySecret: config.SHOPIFY_API_SECRET ?? secrets.shopifySecret,
    adminToken: await mintToken(jwtSecret, DEVELOPER, TOKEN_HOURS),
    ...servers,
  };
  const own = { TOKEN_KEYS: config.TOKEN_KEYS ?? secrets.tokenKeys, OPS_JWT_SECRET: jwtSecret };
  const store = asked['fake-shopify'] ? await openStore(local, own.TOKEN_KEYS, ports.app) : null;
  await startPrograms(config, local, ports, { ...store?.env, ...own });
  store?.open();
  writeLocal(store ? { ...local, store: placesOf(store) } : local);
  announce(local, store, await mintToken(jwtSecret, { ...DEVELOPER, kind: 'once' }, ONCE_HOURS));
  if (store) say(announceFakeStore(store));
}

async function openServers({
  REDIS_URL,
  MONGODB_URI,
}: Config): Promise<Pick<LocalFile, 'redisUrl' | 'mongoUri'>> {
  const redisUrl = REDIS_URL ?? (await startServer('Redis', () => startRedis(`${STATE}/redis`))).url;
  const mongoUri = MONGODB_URI ?? (await startServer('MongoDB', () => startMongo(`${STATE}/mongo`))).uri;
  return { redisUrl, mongoUri };
}

async function openStore(local: LocalFile, tokenKeys: string, port: number): Promise<FakeStore> {
  const store = await startFakeStore(local, tokenKeys, port);
  started.push({ ...store, kind: 'program', pid: 0 });
  return store;
}

/** What `npm run sell` needs to know. */
function placesOf({ name, appPage, control }: FakeStore): LocalStore {
  return { name, appPage, control };
}

async function startServer<Server extends { stop: () => Promise<void>; pid: number }>(
  name: string,
  start: () => Promise<Server>,
): Promise<Server> {
  say(`starting ${name}`);
  const server = await start();
  started.push({ name, kind: 'server', stop: server.stop, pid: server.pid });
  return server;
}

interface Ports {
  ingest: number;
  dashboard: number;
  worker: number;
  publisher: number;
  app: number;
  /** The address at which ingest answers /readyz. */
  ingestAdmin: number;
}

/**
 * A port that was set must be free; a default port that is taken is replaced by another, which is printed.
 */
async function choosePorts(config: Config): Promise<Ports> {
  const choose = async (name: 'PORT' | 'DASHBOARD_PORT' | 'APP_PORT'): Promise<number> => {
    const wanted = await tryPort(config[name]);
    if (wanted !== null) return wanted;
    if (process.env[name])
      throw new Error(
        `port ${config[name]} (${name}) is taken: stop the program that uses it, or choose another port`,
      );
    const other = await freePort();
    say(`port ${config[name]} is taken: using ${other} (set ${name} to choose)`);
    return other;
  };
  const ingest = await choose('PORT');
  const dashboard = await choose('DASHBOARD_PORT');
  // Without a store, there is no app.
  const app = asked['fake-shopify'] ? await choose('APP_PORT') : config.APP_PORT;
  const [worker, publisher] = [await freePort(), await freePort()];
  return { ingest, dashboard, app, worker, publisher, ingestAdmin: config.ADMIN_PORT ?? ingest };
}

async function startPrograms(
  config: Config,
  local: LocalFile,
  ports: Ports,
  more: NodeJS.ProcessEnv,
): Promise<void> {
  const env = {
    ...process.env,
    REDIS_URL: local.redisUrl,
    MONGODB_URI: local.mongoUri,
    SHOPIFY_API_SECRET: local.shopifySecret,
    BIND: config.BIND ?? LOOPBACK,
    // The data may come from a run that had an app, with its record.
    ...(more.APP_PORT ? {} : { UNKNOWN_SHOPS: config.UNKNOWN_SHOPS ?? 'take' }),
    SHUTDOWN_MS: String(Math.round(config.SHUTDOWN_MS * PROGRAMS_SHARE)),
    ...more,
    PORT: String(ports.ingest),
    DASHBOARD_PORT: String(ports.dashboard),
  };
  say(`starting worker, publisher, ingest${more.APP_PORT ? ', dashboard and app' : ' and dashboard'}`);
  const programs: { program: RunningProgram; port: number }[] = [
    { program: start('worker', { ...env, ADMIN_PORT: String(ports.worker) }), port: ports.worker },
    { program: start('publisher', { ...env, ADMIN_PORT: String(ports.publisher) }), port: ports.publisher },
    { program: start('dashboard', env), port: ports.dashboard },
    { program: start('ingest', env), port: ports.ingestAdmin },
    ...(more.APP_PORT ? [{ program: start('app', env), port: Number(more.APP_PORT) }] : []),
  ];
  await Promise.all(programs.map(({ program, port }) => untilReady(program, `http://localhost:${port}`)));
}

function start(name: ProgramName, env: NodeJS.ProcessEnv): RunningProgram {
  const handlers = name === 'publisher' && env.LOCKSTEP_HANDLERS ? [env.LOCKSTEP_HANDLERS] : [];
  const program = asked.watch ? watchProgram(name, env, handlers) : startProgram(name, env, 'inherit');
  started.push({ name, kind: 'program', stop: program.stop, pid: -(program.child.pid ?? 0) });
  void program.ended.then((code) => {
    if (stopping) return;
    process.stderr.write(`${name} ended with code ${code}: stopping everything\n`);
    void stopAndExit(1);
  });
  return program;
}

/** @param code of a one-time link; it is behind the #, so it is never sent or logged */
function announce(local: LocalFile, store: FakeStore | null, code: string): void {
  const app = store ? `\n  app         ${store.env.APP_URL}   (merchants install it; see below)` : '';
  say(`
Lockstep is running. Ctrl-C stops it; data stays under .lockstep/ (npm run reset removes it).

  webhooks    ${local.ingestUrl}/webhooks
  dashboard   ${local.dashboardUrl}
  API         ${local.dashboardUrl}/api   (described at ${local.dashboardUrl}/docs)${app}
  secret      ${local.shopifySecret}   (development; signs webhooks)
  API token   ${local.adminToken}

Open the dashboard, signed in as admin (the link works once, for 15 minutes; for another, run npm run ops -- sign-in):

  ${local.dashboardUrl}/sign-in#once=${code}
`);
  // With an app, webhooks of the sample shop are ignored: it never installed the app.
  if (!store)
    say(`Send an order's whole life, signed, from another terminal:

  npm run send -- lifecycle
`);
}

async function stopAndExit(code: number): Promise<void> {
  stopping ??= stopAll();
  await stopping;
  process.exit(code);
}

/**
 * Stops all programs at once, then the servers below them. Anything that has not ended within SHUTDOWN_MS is
 * killed. No kill loses anything.
 */
async function stopAll(): Promise<void> {
  if (started.length === 0) return;
  say(`stopping; takes at most ${Math.ceil(shutdownMs / 1000)} s`);
  removeLocalIfOurs();
  const timer = setTimeout(killAll, shutdownMs);
  await stopEach('program');
  await stopEach('server');
  clearTimeout(timer);
  say('stopped; everything that was started has ended');
}

async function stopEach(kind: Started['kind']): Promise<void> {
  const stops = started.filter((each) => each.kind === kind).toReversed();
  await Promise.all(
    stops.map(({ name, stop }) =>
      stop().catch((error: unknown) => process.stderr.write(`${name}: ${messageOf(error)}\n`)),
    ),
  );
}

function killAll(): void {
  for (const { name, pid } of started.filter((each) => isAlive(each.pid))) {
    say(`${name} did not stop in time: killed`);
    process.kill(pid, 'SIGKILL');
  }
  // A wait for a killed program may never resolve: exit anyway.
  setTimeout(() => process.exit(1), 500);
}

function removeLocalIfOurs(): void {
  if (readLocal()?.pid === process.pid) removeLocal();
}
