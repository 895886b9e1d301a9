import { rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom, type Random } from '../../testkit/deliveries/random.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { dataFolder } from '../../testkit/local/data-folder.ts';
import { startMongo, type LocalMongo } from '../../testkit/local/mongo.ts';
import { adminToken, Lockstep } from '../../testkit/local/lockstep.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import type { ProgramName, Started as Program } from '../../testkit/local/programs.ts';
import { startRedis, type LocalRedis } from '../../testkit/local/redis.ts';
import { collectionsOf, type Collections } from '../../src/persist/collections.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { allRedisKeys } from '../../src/system/redis-keys.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { Link } from '../support/link.ts';
import { until } from '../support/until.ts';
import { prove, type Proof } from '../../testkit/proof/prove.ts';
import { SEED } from './record.ts';
import { SentLog } from '../../testkit/proof/sent-log.ts';

export type { Program };

const AT_A_TIME = 40;
/** Of pino, in the line that says why a program ends. */
const FATAL = '"level":60';

/** The links through which a program reaches its servers; otherwise it reaches them directly. */
export interface Placing {
  redis?: Link;
  mongo?: Link;
  env?: NodeJS.ProcessEnv;
}

/** Lockstep's programs over their own Redis and MongoDB, to be broken; and a sender like Shopify. */
export class Rig {
  readonly random: Random = randomFrom(SEED);
  readonly log = new SentLog();
  readonly ingests: Program[] = [];
  readonly workers: Program[] = [];
  readonly publishers: Program[] = [];
  dashboard: Program | null = null;
  app: Program | null = null;
  readonly folder = dataFolder('lockstep-faults');
  redis!: LocalRedis;
  mongo!: LocalMongo;
  /** Directly to the servers, whatever the links do. */
  direct!: Redis;
  collections!: Collections;
  readonly #links: Link[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
  #connection!: ReturnType<typeof openMongo>;
  #lockstep!: Lockstep;

  private constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /**
   * Servers only.
   * @param env of every program; {@link Placing} has what one of them gets instead
   * @param settings of Redis, as redis.conf names them
   */
  static async open(env: NodeJS.ProcessEnv = {}, settings: Record<string, string> = {}): Promise<Rig> {
    const rig = new Rig(env);
    [rig.redis, rig.mongo] = await Promise.all([
      startRedis(`${rig.folder}/redis`, undefined, undefined, settings),
      startMongo(`${rig.folder}/mongo`),
    ]);
    const servers = { redisUrl: rig.redis.url, mongoUri: rig.mongo.uri };
    // Faults cause warnings; what ends a program is shown.
    const hear = (text: string, from: 'stdout' | 'stderr') =>
      void ((from === 'stderr' || text.includes(FATAL)) && process.stderr.write(text));
    rig.#lockstep = new Lockstep(servers, { env: { LOG_LEVEL: 'fatal', ...env }, hear });
    rig.direct = directly(rig.redis);
    rig.#connection = openMongo(rig.mongo.uri);
    await mongoReady(rig.#connection);
    rig.collections = collectionsOf(rig.#connection);
    return rig;
  }

  /** Another Redis takes the place of this one, for the tests themselves. */
  useRedis(redis: LocalRedis): void {
    this.redis = redis;
    this.direct.disconnect();
    this.direct = directly(redis);
  }

  /** A link that `close` closes. */
  async link(to: 'redis' | 'mongo'): Promise<Link> {
    const link = await Link.to(this[to].port);
    this.#links.push(link);
    return link;
  }

  async startIngest(placing: Placing = {}): Promise<Program> {
    const ingest = await this.#start('ingest', placing);
    this.ingests.push(ingest);
    return ingest;
  }

  async startWorker(placing: Placing = {}): Promise<Program> {
    const worker = await this.#start('worker', placing);
    this.workers.push(worker);
    return worker;
  }

  async startPublisher(placing: Placing = {}): Promise<Program> {
    const publisher = await this.#start('publisher', placing);
    this.publishers.push(publisher);
    return publisher;
  }

  /** What people use; {@link ask} sends requests to it. */
  async startDashboard(placing: Placing = {}): Promise<Program> {
    return (this.dashboard = await this.#start('dashboard', placing));
  }

  async startApp(placing: Placing = {}): Promise<Program> {
    return (this.app = await this.#start('app', placing));
  }

  /** An admin's. */
  async token(): Promise<string> {
    return await adminToken('ada');
  }

  /** Starts a program that should refuse to start. @returns its exit code and its output */
  async refused(name: ProgramName, placing: Placing = {}): Promise<{ code: number; said: string }> {
    const env = this.#envOf({ ...placing, env: { LOG_LEVEL: 'info', ...placing.env } });
    const { program } = await this.#lockstep.spawn(name, env);
    let said = '';
    for (const stream of [program.child.stdout, program.child.stderr])
      stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return { code: await program.ended, said };
  }

  /** Sends a request to the API as an admin; with a body, a POST. */
  async ask(place: string, body?: object): Promise<HttpAnswer> {
    const headers = { authorization: `Bearer ${await this.token()}`, 'content-type': 'application/json' };
    const telling = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    return await http(`${this.dashboard?.url}/api${place}`, { headers, ...telling });
  }

  #start(name: ProgramName, placing: Placing): Promise<Program> {
    return this.#lockstep.start(name, this.#envOf(placing));
  }

  #envOf({ redis, mongo, env }: Placing): NodeJS.ProcessEnv {
    return {
      ...(redis && { REDIS_URL: `redis://127.0.0.1:${redis.port}` }),
      ...(mongo && { MONGODB_URI: `mongodb://127.0.0.1:${mongo.port}/lockstep` }),
      ...env,
    };
  }

  /** SIGKILL, and waits until it is gone: nothing more is sent to it. */
  async kill(victim: Program): Promise<void> {
    victim.program.child.kill('SIGKILL');
    await victim.program.ended;
    for (const kind of [this.ingests, this.workers, this.publishers])
      if (kind.includes(victim)) kind.splice(kind.indexOf(victim), 1);
  }

  /** One attempt. Null if the connection broke. */
  async send(
    delivery: Delivery,
    ingest: Program = this.random.pick(this.ingests),
  ): Promise<HttpAnswer | null> {
    const began = performance.now();
    const { body } = delivery;
    const headers = signedHeaders(delivery, SECRET);
    const answer = await http(`${ingest.url}/webhooks`, {
      method: 'POST',
      headers,
      body,
      agent: this.#agent,
    }).catch(() => null);
    this.log.note(answer, performance.now() - began);
    return answer;
  }

  /** As Shopify does, only sooner: repeated until it is acknowledged. */
  async deliver(delivery: Delivery): Promise<void> {
    await until(async () => (await this.send(delivery))?.status === 200, 90_000, 'a webhook to be taken');
  }

  async deliverAll(deliveries: Iterable<Delivery>, atATime = AT_A_TIME): Promise<void> {
    const queue = [...deliveries].values();
    const some = async () => {
      for (const delivery of queue) await this.deliver(delivery);
    };
    await Promise.all(Array.from({ length: atATime }, some));
  }

  /** Waits until no event waits, is spooled, or has a receipt. @returns how long that took, in seconds */
  async settled(ms = 90_000): Promise<number> {
    const began = performance.now();
    await until(() => this.isSettled(), ms, 'everything to be applied');
    return Number(((performance.now() - began) / 1000).toFixed(1));
  }

  async isSettled(): Promise<boolean> {
    const { spool, receipts } = this.collections;
    const [spooled, kept] = await Promise.all([
      spool.collection.countDocuments(),
      receipts.collection.countDocuments(),
    ]);
    const keys = allRedisKeys(this.#partitions);
    const waiting = await Promise.all(keys.map(({ pending }) => this.direct.zcard(pending)));
    return spooled === 0 && kept === 0 && waiting.every((orders) => orders === 0);
  }

  async audit(): Promise<Proof> {
    const { collections, direct: redis } = this;
    return await prove(this.log, { collections, redis, partitions: this.#partitions });
  }

  get #partitions(): number {
    return Number(this.#env.PARTITIONS ?? 1);
  }

  /** A metric of a program, summed over its labels. */
  async metric({ url }: Program, name: string): Promise<number> {
    const { text } = await http(`${url}/metrics`);
    const lines = text.split('\n').filter((line) => line.startsWith(name));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    for (const { child, ended } of this.#lockstep.programs)
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        await ended;
      }
    this.direct.disconnect();
    await this.#connection.close();
    await Promise.all(this.#links.map((link) => link.close()));
    await Promise.all([this.redis.stop(), this.mongo.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function directly({ url }: LocalRedis): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  return redis;
}
