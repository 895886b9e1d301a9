import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { http } from '../support/http.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig, type Program } from './rig.ts';

const EVENTS = times(800, 4000);
const PER_SECOND = 200;
/** How often the load balancer asks each program whether it is ready. */
const ASKS_EVERY_MS = 100;
/** Long enough for ten such questions. */
const DELAY_MS = 1000;

/** Which of the programs are ready, as a load balancer knows it: it asks, and is up to one question late. */
class Balancer {
  readonly #all: readonly Program[];
  readonly #isOver = new AbortController();
  ready: readonly Program[] = [];

  constructor(all: readonly Program[]) {
    this.#all = all;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    while (!this.#isOver.signal.aborted) {
      const asked = [...this.#all];
      const answers = await Promise.all(asked.map(({ url }) => http(`${url}/readyz`).catch(() => null)));
      this.ready = asked.filter((_, i) => answers[i]?.status === 200);
      await sleep(ASKS_EVERY_MS);
    }
  }

  stop(): void {
    this.#isOver.abort();
  }
}

describe(`P2, P6: every program is replaced under load (SEED=${SEED})`, () => {
  let rig: Rig;
  let balancer: Balancer;
  beforeAll(async () => {
    rig = await Rig.open({ SHUTDOWN_DELAY_MS: String(DELAY_MS) });
    await Promise.all([rig.startIngest(), rig.startIngest(), rig.startWorker(), rig.startWorker()]);
    balancer = new Balancer(rig.ingests);
    await until(() => balancer.ready.length === 2);
  });
  afterAll(async () => {
    balancer.stop();
    await rig.close();
  });

  /** Starts a successor, and stops the program when the load balancer uses the successor. */
  const replace = async (programs: Program[], successor: () => Promise<Program>) => {
    const [old] = programs;
    const next = await successor();
    if (programs === rig.ingests) await until(() => balancer.ready.includes(next));
    old!.program.child.kill('SIGTERM');
    expect(await old!.program.ended).toBe(0);
    programs.splice(programs.indexOf(old!), 1);
  };

  test(`${EVENTS} webhooks at ${PER_SECOND}/s: none is refused, and none is lost`, async () => {
    const lives = livesOf(rig.random, 'replaced.myshopify.com', EVENTS / 5);
    const deliveries = rig.random.shuffled(lives.flat()).slice(0, EVENTS);
    expect(deliveries).toHaveLength(EVENTS);
    const began = performance.now();
    let sent = 0;
    const sending = Promise.all(
      deliveries.map(async (delivery, i) => {
        await sleep(Math.max(0, began + (i * 1000) / PER_SECOND - performance.now()));
        sent += 1;
        const answer = await rig.send(delivery, rig.random.pick(balancer.ready));
        return answer?.status ?? 'the connection broke';
      }),
    );
    let replaced = 0;
    for (; sent < EVENTS * 0.8; replaced += 2) {
      await replace(rig.ingests, () => rig.startIngest());
      await replace(rig.workers, () => rig.startWorker());
    }
    const refused = (await sending).filter((status) => status !== 200);
    expect(refused).toEqual([]);
    const healSeconds = await rig.settled();
    const row = {
      fault: 'T33 every program replaced at 200/s',
      runs: replaced,
      reached: replaced,
      healSeconds,
    };
    expectNothingBroken(row, await rig.audit());
    expect(replaced).toBeGreaterThan(0);
  }, 300_000);
});
