import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import type { Destination } from '../../src/operate/shapes/destinations.ts';
import { collectionsOf, type Collections } from '../../src/persist/collections.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { adminToken, Lockstep } from '../../testkit/local/lockstep.ts';
import type { RunningProgram } from '../../testkit/local/programs.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';
import { Backlog } from '../growth/backlog.ts';

const LOOK_MS = 50;
const LONGEST_MS = 300_000;

/** Servers of their own, a worker, a dashboard, and destinations in processes of their own. */
export class Rig {
  readonly collections: Collections;
  readonly #servers: Servers;
  readonly #lockstep: Lockstep;
  readonly #mongo: Connection;
  readonly #backlog: Backlog;
  readonly #dashboard: string;
  readonly #sinks: ChildProcess[] = [];
  #publishers: RunningProgram[] = [];

  private constructor(servers: Servers, lockstep: Lockstep, mongo: Connection, dashboard: string) {
    this.#servers = servers;
    this.#lockstep = lockstep;
    this.#mongo = mongo;
    this.#dashboard = dashboard;
    this.#backlog = new Backlog(servers.redisUrl, 1);
    this.collections = collectionsOf(mongo);
  }

  static async open(env: NodeJS.ProcessEnv = {}): Promise<Rig> {
    const servers = await startServers();
    const settings = { PARTITIONS: '1', TOKEN_KEYS: `load:${'0'.repeat(64)}`, ...env };
    const lockstep = new Lockstep(servers, { env: settings });
    const [{ url }] = await Promise.all([lockstep.start('dashboard'), lockstep.start('worker')]);
    const mongo = openMongo(servers.mongoUri);
    await mongoReady(mongo);
    return new Rig(servers, lockstep, mongo, url);
  }

  /** @returns the address of a destination that answers after so many milliseconds */
  async sink(answersAfter: number | 'never'): Promise<string> {
    const program = path.join(import.meta.dirname, 'sink.ts');
    const child = spawn(process.execPath, [program, String(answersAfter)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#sinks.push(child);
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return `http://127.0.0.1:${String(port).trim()}/`;
  }

  async destination(name: string, fields: object): Promise<void> {
    await this.#ask('PUT', `/destinations/${name}`, { allowPrivate: true, ...fields });
  }

  async act(name: string, act: 'pause' | 'resume'): Promise<void> {
    await this.#ask('POST', `/destinations/${name}/${act}`, {});
  }

  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', `/destinations/${name}`, {});
  }

  /** When the API says that everything will have been sent. @returns ms from now; null: it does not know */
  async goneInMs(name: string): Promise<number | null> {
    const { backlog } = await this.#ask<Pick<Destination, 'backlog'>>('GET', `/destinations/${name}`);
    return backlog.goneInMs;
  }

  async publishers(count: number): Promise<void> {
    const started = await Promise.all(Array.from({ length: count }, () => this.#lockstep.start('publisher')));
    this.#publishers = started.map(({ program }) => program);
  }

  async stopPublishers(): Promise<void> {
    await Promise.all(this.#publishers.splice(0).map((program) => program.stop()));
  }

  /** Into the mailboxes, as ingest does. */
  async put(deliveries: readonly Delivery[]): Promise<void> {
    await this.#backlog.put(deliveries);
  }

  /** Waits until everything is applied. */
  async drained(): Promise<void> {
    await until(async () => (await this.#backlog.orders()) === 0);
  }

  /** Waits until so many effects of a destination match. */
  async effects(filter: object, count: number): Promise<void> {
    await until(async () => (await this.collections.effects.countDocuments(filter)) >= count);
  }

  async close(): Promise<void> {
    for (const sink of this.#sinks) sink.stdin?.end();
    await this.#lockstep.stop();
    await this.#backlog.close();
    await this.#mongo.close();
    await this.#servers.close();
  }

  async #ask<Answer>(method: string, place: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#dashboard}/api${place}`, {
      method,
      headers: {
        authorization: `Bearer ${await adminToken('effects')}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify({ ...body, reason: 'a load test' }) }),
    });
    if (!response.ok) throw new Error(`${place}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

/** @throws after five minutes */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('did not end within five minutes');
    await sleep(LOOK_MS);
  }
}
