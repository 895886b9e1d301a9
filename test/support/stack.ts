import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import { adminToken, Lockstep } from '../../testkit/local/lockstep.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import type { RunningProgram, Started } from '../../testkit/local/programs.ts';
import type { Random } from '../../testkit/deliveries/random.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { http, type HttpAnswer } from './http.ts';
import { namespace, type Namespace } from './namespace.ts';
import { until } from './until.ts';

/** Lockstep's programs as processes, over a namespace of the test servers. */
export class Stack {
  readonly secret = SECRET;
  readonly ingestUrls: string[] = [];
  dashboardUrl = '';
  readonly workers: Started[] = [];
  readonly ingests: RunningProgram[] = [];
  readonly names: Namespace;
  readonly #lockstep: Lockstep;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  token = '';
  /** The whole output of the programs, logs and errors. */
  heard = '';

  private constructor(names: Namespace, env: NodeJS.ProcessEnv, folder: string | undefined) {
    this.names = names;
    // Warnings are caused by the faults that tests make.
    const hear = (text: string, from: 'stdout' | 'stderr') => {
      this.heard += text;
      if (from === 'stderr') process.stderr.write(text);
    };
    this.#lockstep = new Lockstep(names, { env, hear, ...(folder !== undefined && { folder }) });
  }

  /** All of them. */
  get programs(): readonly RunningProgram[] {
    return this.#lockstep.programs;
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
    const stack = new Stack(await namespace(), env, folder);
    stack.token = await adminToken();
    await Promise.all([
      ...Array.from({ length: ingests }, () => stack.startIngest()),
      ...Array.from({ length: workers }, () => stack.startWorker()),
      stack.#startDashboard(),
    ]);
    return stack;
  }

  /** @param adminPort the port of its health and metrics, if not its own port */
  async startIngest(adminPort?: string): Promise<void> {
    const { program, url } = await this.#lockstep.start('ingest', { ADMIN_PORT: adminPort });
    this.ingests.push(program);
    this.ingestUrls.push(url);
  }

  /** @param env settings of its own */
  async startWorker(env: NodeJS.ProcessEnv = {}): Promise<RunningProgram> {
    const worker = await this.#lockstep.start('worker', env);
    this.workers.push(worker);
    return worker.program;
  }

  /** A worker that may never become ready. @returns its address */
  async spawnWorker(env: NodeJS.ProcessEnv): Promise<string> {
    return (await this.#lockstep.spawn('worker', env)).url;
  }

  async startApp(port: number, adminPort?: string): Promise<RunningProgram> {
    const env = { APP_PORT: String(port), ADMIN_PORT: adminPort };
    return (await this.#lockstep.start('app', env)).program;
  }

  async #startDashboard(): Promise<void> {
    this.dashboardUrl = (await this.#lockstep.start('dashboard')).url;
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
    await this.#lockstep.stop();
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
