import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { askedTwice, cutOff, ended, killAt, killBeside, pointsAround } from './acts-killed.ts';
import { ActsWorld, type Victim } from './acts-world.ts';
import { ACTS, LOOKS } from './acts.ts';
import { expectNothingBroken, FULL, SEED } from './record.ts';

/** In the short form, this many by the seed. */
const SHORT_KILLS = { dashboard: 3, worker: 1, ingest: 1, app: 1 };

const SHORT_CUTS = 3;

/** T25: a program is killed while an operator acts and events arrive, and is started again. */
describe(`P3, P6, P8: a program dies during an action of an operator (SEED=${SEED})`, () => {
  let world: ActsWorld;
  beforeAll(async () => {
    world = await ActsWorld.open();
  }, 120_000);
  afterAll(() => world.close());

  test('every action of the API has its fault test', async () => {
    const dashboard = await ServedDashboard.start();
    const acts = dashboard.routes.filter(({ method, audit }) => method !== 'get' || audit !== undefined);
    await dashboard.stop();
    const named = acts.map(({ method, path }) => `${method} ${path}`);
    expect(named.toSorted()).toEqual([...Object.keys(ACTS), ...LOOKS].toSorted());
  });

  /** Kills one after another while events arrive. @returns what was wrong */
  async function killed(victim: Victim, kills: readonly (() => Promise<string[]>)[]): Promise<string[]> {
    const chosen = FULL ? kills : world.rig.random.shuffled(kills).slice(0, SHORT_KILLS[victim]);
    world.rig.log.begin();
    const problems: string[] = [];
    let reached = 0;
    for (const kill of chosen) {
      const [found] = await Promise.all([kill(), world.load()]);
      problems.push(...found);
      reached += 1;
    }
    const healSeconds = await world.rig.settled();
    const fault = `T25 ${victim} killed during each operator action`;
    expectNothingBroken({ fault, runs: chosen.length, reached, healSeconds }, await world.rig.audit());
    return problems;
  }

  const acts = Object.entries(ACTS);

  test('two dashboards get the same action at once: it is done once, and both report it', async () => {
    const { dashboard } = world.rig;
    const other = await world.start('dashboard');
    world.rig.dashboard = dashboard;
    const problems: string[] = [];
    for (const [name, act] of acts) problems.push(...(await askedTwice(world, name, act, other)));
    await world.rig.kill(other);
    expect(problems).toEqual([]);
  }, 120_000);

  test.each(['redis', 'mongo'] as const)(
    'the dashboard loses %s during an act: done once or not at all, reported, and safe to repeat',
    async (server) => {
      const problems: string[] = [];
      for (const [name, act] of FULL ? acts : world.rig.random.shuffled(acts).slice(0, SHORT_CUTS))
        problems.push(...(await cutOff(world, name, act, server)));
      expect(problems).toEqual([]);
    },
    600_000,
  );

  test('T25: the dashboard, at each of its moments: done once or not at all, reported, and safe to repeat', async () => {
    const kills = acts.flatMap(([name, act]) =>
      pointsAround(name, act).map((point) => () => killAt(world, name, act, point)),
    );
    expect(await killed('dashboard', kills)).toEqual([]);
  }, 3_600_000);

  test.each(['worker', 'ingest', 'app'] as const)(
    'T25: the %s, at any moment: the action is done, and reported',
    async (victim) => {
      const kills = acts.map(
        ([name, act]) =>
          () =>
            killBeside(world, name, act, victim),
      );
      expect(await killed(victim, kills)).toEqual([]);
    },
    3_600_000,
  );

  test('T25: in the end every action has ended, also in the audit log', async () => {
    expect(await ended(world)).toEqual([]);
    await world.rig.settled();
    expect(await world.rig.audit()).toMatchObject({ lost: 0, twice: 0, inversions: 0, wrong: 0, waiting: 0 });
  }, 180_000);
});
