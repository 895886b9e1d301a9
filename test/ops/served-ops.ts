import { drainOrder } from '../../src/drain/drain-order.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createHeartbeats } from '../../src/system/heartbeats.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { ROLES, type Role } from '../../src/system/roles.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { lifeEvents } from '../support/in-process.ts';
import { Link } from '../support/link.ts';
import { namespace } from '../support/namespace.ts';
import type { Settings } from '../support/open-resources.ts';
import { until } from '../support/until.ts';
import { BY } from '../support/waiting-event.ts';
import { followOps, runOps, startOps, type Ended, type FollowedOps, type RunningOps } from './run-ops.ts';

/** The dashboard as it is in production, in this process; and the command line that talks to it. */
export class ServedOps {
  readonly dashboard: ServedDashboard;
  /** The dashboard's way to MongoDB. */
  readonly mongo: Link;
  readonly #tokens: Record<Role, string>;
  #stopWorker: () => Promise<unknown> = () => Promise.resolve();

  private constructor(dashboard: ServedDashboard, mongo: Link, tokens: Record<Role, string>) {
    this.dashboard = dashboard;
    this.mongo = mongo;
    this.#tokens = tokens;
  }

  static async start(settings: Settings = {}): Promise<ServedOps> {
    const { mongoUri } = await namespace();
    const { port, pathname } = new URL(mongoUri.replace('mongodb:', 'http:'));
    const mongo = await Link.to(Number(port));
    // Short timeouts keep the tests short.
    const linked = `mongodb://127.0.0.1:${mongo.port}${pathname}?directConnection=true&serverSelectionTimeoutMS=1500`;
    const dashboard = await ServedDashboard.start({ mongoUri: linked, settings });
    const minted = await Promise.all(
      ROLES.map(async (role) => [role, await mintToken(JWT_SECRET, { name: 'ada', role }, 1)] as const),
    );
    return new ServedOps(dashboard, mongo, Object.fromEntries(minted) as Record<Role, string>);
  }

  globals(role: Role = 'operator'): string[] {
    return ['--url', this.dashboard.url, '--token', this.#tokens[role]];
  }

  run(...args: string[]): Promise<Ended> {
    return this.as('operator', ...args);
  }

  as(role: Role, ...args: string[]): Promise<Ended> {
    return runOps([...this.globals(role), ...args]);
  }

  running(...args: string[]): RunningOps {
    return startOps([...this.globals(), ...args]);
  }

  /** In this process: a signal would end the tests. */
  follow(...args: string[]): FollowedOps {
    return followOps([...this.globals(), ...args]);
  }

  /** From now on, a worker seems to run. It applies nothing. */
  async startWorker(program = 'host:1'): Promise<void> {
    const figures = () => Promise.resolve({});
    const heartbeats = createHeartbeats(this.dashboard.redis, redisKeys(0), 'worker', figures, program);
    await heartbeats.start?.();
    this.#stopWorker = async () => heartbeats.stop();
  }

  /** Resolves when the dashboard has noticed: on a busy machine, a sign-off may be late. */
  async stopWorker(): Promise<void> {
    await this.#stopWorker();
    const workers = async () => (await this.dashboard.get('/api/status')).json.workers;
    await until(async () => (await workers()) === 0, 20_000, 'no worker');
  }

  /** Accepts events and applies them, as a worker does. */
  async apply(events: readonly WaitingEvent[]): Promise<void> {
    for (const event of events) await this.dashboard.depositor.deposit(event, null);
    for (const order of new Set(events.map(({ order }) => order))) await this.drain(order);
  }

  async drain(order: OrderKey): Promise<void> {
    await drainOrder(order, this.dashboard.drains);
  }

  /** Applies the events of one order's whole life. */
  async live(number: number): Promise<WaitingEvent[]> {
    const events = lifeEvents(number);
    await this.apply(events);
    return events;
  }

  /** Parks events as a drain does when it cannot apply them. */
  async park(events: readonly WaitingEvent[], because = 'no 7 today'): Promise<void> {
    const rejected = events.map((waiting) => ({ waiting, because, attempts: 1 }));
    await this.dashboard.drains.journal.write({ ended: [], rejected, now: Date.now() - 60_000, by: BY });
  }

  /** What the audit says about an action, oldest first. */
  async audited(action: string): Promise<{ target: string; reason: string | null; outcome: string }[]> {
    const { audit } = this.dashboard.collections;
    return await audit.find({ action }, { target: 1, reason: 1, outcome: 1, _id: 0 }).sort({ _id: 1 }).lean();
  }

  async stop(): Promise<void> {
    this.mongo.heal();
    await this.#stopWorker();
    await this.dashboard.stop();
    await this.mongo.close();
  }
}
