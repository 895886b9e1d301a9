import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkAudit } from '../../src/persist/audit-log.ts';
import { until } from '../support/until.ts';
import type { ActTest, Prepared } from './act-test.ts';
import type { ActsWorld, Victim } from './acts-world.ts';
import { clockOff } from './clock-off.ts';
import { pointsOf, type CrashPoint } from './crash-points.ts';
import type { Program } from './rig.ts';

const AUDITED = ['begin of the audit entry', 'end of the audit entry'] as const;
const [BEGIN, END] = AUDITED;
/** Possible answers to a repeated action: done, used before, unknown by now, done before. */
const SAFE = [200, 401, 404, 409];
/** Roughly the time that an action takes. */
const WITHIN_MS = 150;
/** A replay returns after 30 s what a program that died had taken. */
const REPEATED_MS = 60_000;
/** Longer than the entry of a dead program stays `begun`. */
const LATER_MS = 720_000;

/** An action with its own reason, and what is stored of it. */
class Act {
  readonly name: string;
  readonly again: ActTest['again'];
  readonly #world: ActsWorld;
  readonly #prepared: Prepared;
  readonly #reason: string;

  private constructor(
    name: string,
    again: ActTest['again'],
    world: ActsWorld,
    reason: string,
    prepared: Prepared,
  ) {
    this.name = name;
    this.again = again;
    this.#world = world;
    this.#reason = reason;
    this.#prepared = prepared;
  }

  static async prepare(world: ActsWorld, name: string, { again, prepare }: ActTest): Promise<Act> {
    const reason = `T25 ${randomUUID()}`;
    return new Act(name, again, world, reason, await prepare(world, reason));
  }

  /** Does it, or repeats it. @returns the answer's status; null if the connection broke */
  async do(at = this.#world.rig.dashboard): Promise<number | null> {
    const { place, body, headers } = this.#prepared;
    const [method = ''] = this.name.split(' ');
    return (await this.#world.ask(method.toUpperCase(), place, body?.(), headers, at))?.status ?? null;
  }

  times(): Promise<number> {
    return this.#prepared.times();
  }

  /** How many times the audit log has it; if it is not audited, how often it was done. */
  async entries(): Promise<number> {
    const { audited = { reason: this.#reason } } = this.#prepared;
    if (audited === null) return await this.times();
    return await this.#world.rig.collections.audit.countDocuments(audited);
  }

  async after(): Promise<void> {
    await this.#prepared.after?.();
  }
}

/**
 * Moments of the dashboard: before and after the audit entry's begin, each change, and the audit entry's end.
 */
export function pointsAround(name: string, { writes }: ActTest): CrashPoint[] {
  return name === 'delete /session' ? pointsOf(...writes) : pointsOf(BEGIN, ...writes, END);
}

/** An action is answered when it has begun, and may continue after its answer. */
const EFFECTS_MS = 10_000;

/**
 * Kills the dashboard when a command of the action passes, starts another, and repeats the action.
 * @returns what is wrong then
 */
export async function killAt(
  world: ActsWorld,
  name: string,
  test: ActTest,
  point: CrashPoint,
  tries = 2,
): Promise<string[]> {
  const act = await Act.prepare(world, name, test);
  const caught = world.intercept(point);
  const asked = act.do();
  const passedBy = await Promise.race([
    caught.reached.then(() => false),
    asked.then(() => sleep(EFFECTS_MS, true)),
  ]);
  await world.kill('dashboard');
  caught.release();
  const status = await asked;
  await world.start('dashboard');
  // A moment that passed unseen, for example because its command was split over two packets, proves nothing.
  if (passedBy && tries > 1) {
    await act.after();
    return await killAt(world, name, test, point, tries - 1);
  }
  const problems = [
    ...(passedBy ? [`the moment was not reached, and it was answered ${status}`] : []),
    ...(await wrongOf(act, point.name === `before the ${BEGIN}`)),
    ...(await repeated(act)),
  ];
  await act.after();
  return problems.map((each) => `${name}, killed ${point.name}: ${each}`);
}

/** Once or not at all, and never without its audit entry. */
async function wrongOf(act: Act, mayNotBeDone: boolean): Promise<string[]> {
  const [done, entries] = [await act.times(), await act.entries()];
  return [
    ...(done > 1 || (mayNotBeDone && done > 0) ? [`was done ${done} times`] : []),
    ...(entries < done ? ['was done and is not in the audit'] : []),
  ];
}

async function repeated(act: Act): Promise<string[]> {
  const before = await act.times();
  const wanted = { same: 1, another: before + 1, nothing: 0 }[act.again];
  const statuses = [await act.do()];
  const isDone = async () => {
    if ((await act.times()) === wanted) return true;
    if (act.again === 'same') statuses.push(await act.do());
    return false;
  };
  const inTime = await until(isDone, REPEATED_MS).then(
    () => true,
    () => false,
  );
  const wrong = statuses.filter((status) => status === null || !SAFE.includes(status));
  return [
    ...(inTime ? [] : [`repeated, it was done ${await act.times()} times, not ${wanted}`]),
    ...wrong.map((status) => `repeated, it was answered ${status}`),
  ];
}

/**
 * Kills another program while the dashboard carries out the action, which must succeed. @returns what is wrong
 * then
 */
export async function killBeside(
  world: ActsWorld,
  name: string,
  test: ActTest,
  victim: Exclude<Victim, 'dashboard'>,
): Promise<string[]> {
  const act = await Act.prepare(world, name, test);
  const asked = act.do();
  // At any moment of the action: this waits for nothing.
  await sleep(world.rig.random.below(WITHIN_MS));
  await world.kill(victim);
  await world.start(victim);
  const status = await asked;
  const wanted = act.again === 'nothing' ? 0 : 1;
  const isDone = async () => (await act.times()) === wanted;
  await until(isDone, REPEATED_MS, `${name} while the ${victim} was killed`);
  const entries = await act.entries();
  await act.after();
  const problems = [
    ...(status === 200 ? [] : [`was answered ${status}`]),
    ...(entries >= wanted ? [] : ['is not in the audit']),
  ];
  return problems.map((each) => `${name}, the ${victim} killed: ${each}`);
}

/**
 * Disconnects the dashboard from a server once its action is in the audit log, and repeats the action when the
 * server is back.
 * @returns what is wrong then
 */
export async function cutOff(
  world: ActsWorld,
  name: string,
  test: ActTest,
  server: 'redis' | 'mongo',
): Promise<string[]> {
  const act = await Act.prepare(world, name, test);
  const [, told] = pointsOf(BEGIN);
  const caught = told && world.intercept(told);
  const asked = act.do();
  await Promise.race([caught?.reached, asked]);
  world.link(server).cut();
  caught?.release();
  const status = await asked;
  world.link(server).heal();
  await world.ready();
  const isTold = status !== null && [...SAFE, 503].includes(status);
  const problems = [
    ...(isTold ? [] : [`was answered ${status}`]),
    ...(await wrongOf(act, false)),
    ...(await repeated(act)),
  ];
  await act.after();
  return problems.map((each) => `${name}, cut off from ${server}: ${each}`);
}

/** Sends the same action to two dashboards at once. @returns what is wrong then */
export async function askedTwice(
  world: ActsWorld,
  name: string,
  test: ActTest,
  other: Program,
): Promise<string[]> {
  const act = await Act.prepare(world, name, test);
  const statuses = await Promise.all([act.do(), act.do(other)]);
  const wanted = { same: 1, another: 2, nothing: 0 }[act.again];
  await until(async () => (await act.times()) >= wanted, REPEATED_MS, `${name}, asked twice,`);
  const problems = [
    ...((await act.times()) === wanted ? [] : [`was done ${await act.times()} times`]),
    ...((await act.entries()) === 2 || name === 'delete /session' ? [] : ['is not in the audit twice']),
    ...(statuses.includes(200) ? [] : ['neither was answered 200']),
    ...statuses.filter((status) => !SAFE.includes(Number(status))).map((status) => `was answered ${status}`),
  ];
  await act.after();
  return problems.map((each) => `${name}, asked of two dashboards: ${each}`);
}

/**
 * Waits until every action has ended: in the audit log, where those of dead programs are ended 10 minutes later,
 * and with all of its effects. @returns what is wrong then
 */
export async function ended(world: ActsWorld): Promise<string[]> {
  const { audit, parked, reconciles } = world.rig.collections;
  await world.kill('dashboard');
  await world.start('dashboard', clockOff(LATER_MS));
  const open = () =>
    Promise.all([
      audit.countDocuments({ outcome: 'begun' }),
      parked.countDocuments({ state: 'replaying' }),
      reconciles.countDocuments({ state: { $in: ['asked', 'running'] } }),
    ]);
  const isOver = async () => (await open()).every((count) => count === 0);
  await until(isOver, REPEATED_MS, 'the end of every act');
  const { brokenAt } = await checkAudit(audit);
  return brokenAt === null ? [] : [`the audit is broken at ${brokenAt}`];
}
