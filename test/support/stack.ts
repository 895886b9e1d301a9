import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import { freePort } from '../../testkit/local/ports.ts';
import { startProgram, untilReady, type RunningProgram } from '../../testkit/local/programs.ts';
import type { Random } from '../../testkit/deliveries/random.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http, type HttpAnswer } from './http.ts';
import { namespace, type Namespace } from './namespace.ts';
import { until } from './until.ts';

export const SECRET = 'a-secret-for-tests';
const JWT_SECRET = 'a-jwt-secret-for-tests-of-32-characters';

/** Lockstep's programs as processes, over a namespace of the test servers. */
export class Stack {
  readonly secret = SECRET;
  readonly ingestUrls: string[] = [];
  dashboardUrl = '';
  readonly workers: { program: RunningProgram; url: string }[] = [];
  readonly ingests: RunningProgram[] = [];
  readonly names: Namespace;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string | undefined;
  /** All of them. */
  readonly programs: RunningProgram[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  token = '';
  /** The whole output of the programs, logs and errors. */
  heard = '';

  private constructor(names: Namespace, folder: string | undefined, env: NodeJS.ProcessEnv) {
    this.names = names;
    this.#folder = folder;
    this.#env = env;
  }

  static async start({
    ingests = 1,
    workers = 1,
    env = {},
    folder,
  }: {
    ingests?: number;
    workers?: number;
    env?: NodeJS.ProcessEnv;
    /** The folder of built programs; by default, the sources run. */
    folder?: string;
  } = {}): Promise<Stack> {
    const names = await namespace();
    const stack = new Stack(names, folder, {
      ...process.env,
      REDIS_URL: names.redisUrl,
      MONGODB_URI: names.mongoUri,
      SHOPIFY_API_SECRET: SECRET,
      OPS_JWT_SECRET: JWT_SECRET,
      LOG_LEVEL: 'warn',
      ...env,
    });
    stack.token = await mintToken(JWT_SECRET, { name: 'test', role: 'admin' }, 1);
    await Promise.all([
      ...Array.from({ length: ingests }, () => stack.startIngest()),
      ...Array.from({ length: workers }, () => stack.startWorker()),
      stack.#startDashboard(),
    ]);
    return stack;
  }

  /** @param adminPort the port of its health and metrics, if not its own port */
  async startIngest(adminPort?: string): Promise<void> {
    const port = await freePort();
    const env = { PORT: String(port), ADMIN_PORT: adminPort };
    const program = await this.#start('ingest', env, Number(adminPort ?? port));
    this.ingests.push(program);
    this.ingestUrls.push(`http://127.0.0.1:${port}`);
  }

  async startWorker(): Promise<RunningProgram> {
    const port = await freePort();
    const program = await this.#start('worker', { ADMIN_PORT: String(port) }, port);
    this.workers.push({ program, url: `http://127.0.0.1:${port}` });
    return program;
  }

  async startApp(port: number, adminPort?: string): Promise<RunningProgram> {
    const env = { APP_PORT: String(port), ADMIN_PORT: adminPort };
    return await this.#start('app', env, Number(adminPort ?? port));
  }

  async #startDashboard(): Promise<void> {
    const port = await freePort();
    await this.#start('dashboard', { DASHBOARD_PORT: String(port) }, port);
    this.dashboardUrl = `http://127.0.0.1:${port}`;
  }

  async #start(
    name: 'ingest' | 'worker' | 'dashboard' | 'app',
    env: NodeJS.ProcessEnv,
    port: number,
  ): Promise<RunningProgram> {
    const program = startProgram(name, { ...this.#env, ...env }, 'pipe', this.#folder);
    // Warnings are caused by the faults that tests make; they are read so that the pipes do not fill up.
    for (const stream of [program.child.stdout, program.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
    program.child.stderr?.pipe(process.stderr);
    this.programs.push(program);
    await untilReady(program, `http://127.0.0.1:${port}`);
    return program;
  }

  /** Sends a delivery to one of the ingests. */
  send(delivery: Delivery, ingest = 0): Promise<HttpAnswer> {
    const headers = signedHeaders(delivery, SECRET);
    return http(`${this.ingestUrls[ingest]}/webhooks`, {
      method: 'POST',
      headers,
      body: delivery.body,
      agent: this.#agent,
    });
  }

  /** Sends many, some at a time, each to a random ingest. Returns the outcomes, counted. */
  async sendAll(
    deliveries: readonly Delivery[],
    random: Random,
    atATime = 40,
  ): Promise<Record<string, number>> {
    const outcomes: Record<string, number> = {};
    const queue = deliveries.values();
    const sendSome = async () => {
      for (const delivery of queue) {
        const { json } = await this.send(delivery, random.below(this.ingestUrls.length));
        const outcome = String(json.outcome);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: atATime }, sendSome));
    return outcomes;
  }

  api(place: string): Promise<HttpAnswer> {
    return http(`${this.dashboardUrl}/api${place}`, { headers: { authorization: `Bearer ${this.token}` } });
  }

  async order(key: string): Promise<Record<string, unknown>> {
    return (await this.api(`/orders/${key}`)).json;
  }

  async timeline(key: string): Promise<TimelineLine[]> {
    return ((await this.api(`/orders/${key}/timeline`)).json.entries ?? []) as TimelineLine[];
  }

  /** Waits until all mailboxes are empty. */
  async drained(ms = 60_000): Promise<void> {
    await until(async () => (await this.api('/status')).json.waitingEvents === 0, ms, 'drained');
  }

  /** A connection to this namespace's Redis, for reading and breaking things; the caller closes it. */
  redis(): Redis {
    return new Redis(this.names.redisUrl);
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await Promise.all(this.programs.map((program) => program.stop()));
  }
}

export interface TimelineLine {
  event: string;
  topic: string;
  occurredAt: string;
  triggeredAt: string;
  outcome: string;
  because: string | null;
  sequence: number;
  duplicates: number;
}
