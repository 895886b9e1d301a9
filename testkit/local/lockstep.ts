import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, SECRET } from './secrets.ts';
import { freePort } from './ports.ts';
import { startProgram, untilReady, type ProgramName, type RunningProgram, type Started } from './programs.ts';

/** The setting that says where each program answers /readyz. */
const PORT_OF = {
  ingest: 'PORT',
  worker: 'ADMIN_PORT',
  publisher: 'ADMIN_PORT',
  dashboard: 'DASHBOARD_PORT',
  app: 'APP_PORT',
} as const satisfies Record<ProgramName, string>;

/** Of a Redis and a MongoDB. */
export interface ServerUrls {
  redisUrl: string;
  mongoUri: string;
}

export interface LockstepOptions {
  /** Settings of all programs; log level `warn` by default. */
  env?: NodeJS.ProcessEnv;
  /** Gets what they write; by default, it goes where ours goes. */
  hear?: (text: string, from: 'stdout' | 'stderr') => void;
  /** The folder of built programs; by default, the sources run. */
  folder?: string;
}

/** Settings that all programs need. */
export function settingsOf({ redisUrl, mongoUri }: ServerUrls): NodeJS.ProcessEnv {
  return {
    REDIS_URL: redisUrl,
    MONGODB_URI: mongoUri,
    SHOPIFY_API_SECRET: SECRET,
    OPS_JWT_SECRET: JWT_SECRET,
    LOG_LEVEL: 'warn',
  };
}

/** Lockstep's programs as our child processes, on free loopback ports, with servers that are already running. */
export class Lockstep {
  /** All that were started, oldest first. */
  readonly programs: RunningProgram[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #options: LockstepOptions;

  constructor(servers: ServerUrls, options: LockstepOptions = {}) {
    this.#env = { ...process.env, ...settingsOf(servers), ...options.env };
    this.#options = options;
  }

  /** Starts a program, and waits until it is ready. @throws if it ends first, or takes longer than a minute */
  async start(name: ProgramName, env: NodeJS.ProcessEnv = {}): Promise<Started> {
    const started = await this.spawn(name, env);
    await untilReady(started.program, env.ADMIN_PORT ? `http://127.0.0.1:${env.ADMIN_PORT}` : started.url);
    return started;
  }

  /** Starts a program that may never become ready. @param env its own settings; a port in it is used */
  async spawn(name: ProgramName, env: NodeJS.ProcessEnv = {}): Promise<Started> {
    const setting = PORT_OF[name];
    const port = env[setting] ?? String(await freePort());
    const { hear, folder } = this.#options;
    const own = { ...this.#env, ...env, [setting]: port };
    const program = startProgram(name, own, hear ? 'pipe' : 'inherit', folder);
    for (const from of ['stdout', 'stderr'] as const)
      program.child[from]?.on('data', (chunk: Buffer) => hear?.(chunk.toString(), from));
    this.programs.push(program);
    return { program, url: `http://127.0.0.1:${port}` };
  }

  /** Stops all at once, and waits. One that was killed has ended already. */
  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
  }
}

/** A token that these programs accept. */
export async function adminToken(name = 'test'): Promise<string> {
  return await mintToken(JWT_SECRET, { name, role: 'admin' }, 1);
}
