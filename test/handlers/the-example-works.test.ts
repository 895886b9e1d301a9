import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EffectDetail, EffectRow } from '../../src/operate/shapes/effects.ts';
import { freePort } from '../../testkit/local/ports.ts';
import type { LocalFile } from '../../testkit/local/state.ts';
import { http } from '../support/http.ts';
import { ProjectCopy } from '../support/project-copy.ts';
import { until } from '../support/until.ts';

const EXAMPLE = 'examples/order-workflow';
const README = readFileSync(`${EXAMPLE}/README.md`, 'utf8');
/** Of the systems around the workflow. */
const PORT = '4400';
const HANDLER = 'handler-ship-order';
const SLOW_MS = 60_000;

/** The commands under a mark of its README. */
function commands(mark: string): string {
  const [, found] = new RegExp(`<!-- ${mark} -->\\s*\`\`\`sh\\n([^]*?)\`\`\``).exec(README) ?? [];
  if (found === undefined) throw new Error(`the README has no ${mark}`);
  return found.trim();
}

/** The README's commands, one after another, as a person would type them: real programs on free ports. */
describe(`${EXAMPLE}/README.md`, () => {
  const copy = new ProjectCopy(EXAMPLE);
  let port: string;
  let systems: ReturnType<ProjectCopy['shell']>;
  let lockstep: ReturnType<ProjectCopy['shell']>;
  let local: LocalFile;
  let order = '';
  beforeAll(async () => {
    port = String(await freePort());
    const team = path.join(copy.folder, EXAMPLE, 'team.json');
    writeFileSync(team, readFileSync(team, 'utf8').replace(PORT, port));
    systems = copy.shell(commands('systems'), { EXAMPLE_PORT: port });
    const env = { APP_PORT: '0', WAREHOUSE_URL: `http://127.0.0.1:${port}` };
    lockstep = copy.shell(commands('lockstep'), env);
    local = await copy.served(lockstep);
    await until(() => systems.output().includes(`http://127.0.0.1:${port}`), 20_000, 'the systems');
  }, 2 * SLOW_MS);
  afterAll(async () => {
    systems.child.kill('SIGTERM');
    lockstep.child.kill('SIGTERM');
    await Promise.all([systems.ended, lockstep.ended]);
    copy.remove();
  }, SLOW_MS);

  /** @returns what they printed; they may set `ORDER` for those that follow */
  async function run(mark: string): Promise<string> {
    const typed = commands(mark).replaceAll(PORT, port);
    const shell = copy.shell(`set -e\n${typed}\necho "ORDER=$ORDER"`, { ORDER: order });
    expect([mark, await shell.ended, shell.output()]).toEqual([mark, 0, expect.any(String)]);
    order = /^ORDER=(.*)$/m.exec(shell.output())?.[1] ?? '';
    return shell.output();
  }

  const ask = async (place: string) => {
    const headers = { authorization: `Bearer ${local.adminToken}` };
    return (await http(`${local.dashboardUrl}/api${place}`, { headers })).json;
  };
  const effectsAt = async (destination: string) => {
    const { effects } = await ask(`/orders/${order}/effects`);
    return ((effects ?? []) as EffectRow[]).filter((effect) => effect.destination === destination);
  };

  /** Waits until the workflow of the order is in this state. */
  async function comesTo(state: EffectRow['state']): Promise<EffectDetail> {
    const its = async () => (await effectsAt(HANDLER))[0];
    await until(async () => (await its())?.state === state, SLOW_MS, `${order} to be ${state}`).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(await effectsAt(HANDLER))}`);
      },
    );
    return (await ask(`/effects/${(await its())?.id}`)) as unknown as EffectDetail;
  }
  const stepsOf = ({ steps }: EffectDetail) =>
    steps.map((step) => `${step.round} ${step.name} ${step.state}`);
  const hears = (what: string) => until(() => systems.output().includes(what), SLOW_MS, what);
  const nameOf = async () => String((await ask(`/orders/${order}`)).name);

  const SHIPPED = [
    'reserve stock done',
    'end the hold done',
    'request shipping done',
    'effect will be shipped done',
    'sleep 1 sleeping',
  ];
  const inRound = (round: number) => SHIPPED.map((step) => `${round} ${step}`);

  test(
    'an order is sold: it is reserved and shipped, and the team is told',
    async () => {
      expect(await run('sell')).toContain('Destination team: ');
      expect(stepsOf(await comesTo('sleeping'))).toEqual(inRound(0));
      await hears(`lines of ${await nameOf()}`);
      await hears(`the team gets: ${await nameOf()} will be shipped`);
      await until(async () => (await effectsAt('team'))[0]?.state === 'done', SLOW_MS, 'the receipt');
    },
    3 * SLOW_MS,
  );

  test(
    'out of stock: what was reserved is released, Shopify holds the fulfilment, the team is alerted',
    async () => {
      await run('out-of-stock');
      const effect = await comesTo('skipped');
      expect(effect.because).toMatch(/^undone: out of stock: /);
      expect(stepsOf(effect)).toEqual([
        '0 reserve stock undone',
        '0 hold the fulfilment done',
        '0 effect on hold done',
        '0  done',
      ]);
      const [, reservation] = new RegExp(`(reservation-\\d+): .* of ${await nameOf()}`).exec(
        systems.output(),
      )!;
      await hears(`${reservation}: released`);
      await hears(`the team gets: ${await nameOf()} is on hold: out of stock: `);
    },
    3 * SLOW_MS,
  );

  test(
    'there is stock again: a replay ends the hold, and ships the order',
    async () => {
      expect(await run('replay')).toContain('scheduled again: ');
      expect(stepsOf(await comesTo('sleeping')).slice(4)).toEqual(inRound(1));
      await hears(`the team gets: ${await nameOf()} will be shipped`);
    },
    3 * SLOW_MS,
  );

  test(
    'the warehouse is down: the step fails, and is tried again until it is up',
    async () => {
      await run('down');
      expect((await comesTo('failing')).lastError).toMatch(/^step "reserve stock" threw TypeError/);
      // The next attempt is due in half a minute: the replay comes first.
      await until(async () => Number((await effectsAt(HANDLER))[0]?.attempts) >= 2, SLOW_MS, 'two attempts');
      await run('up');
      expect(stepsOf(await comesTo('sleeping'))).toEqual(inRound(0));
      await hears(`the team gets: ${await nameOf()} will be shipped`);
    },
    3 * SLOW_MS,
  );

  test(
    'the tests of its handler pass',
    async () => {
      const shell = copy.shell(commands('tests'));
      expect([await shell.ended, shell.output()]).toEqual([0, expect.stringMatching(/pass 6\n/)]);
    },
    2 * SLOW_MS,
  );
});
