import type { ServerUrls } from '../../testkit/local/lockstep.ts';
import { killRowOf, type KillRow } from './comparison.ts';
import { CONTENDERS, type Contender } from './contenders.ts';
import { killRace, type KillRace } from './kill-race.ts';
import { workload } from './workloads.ts';

/** A round takes minutes: contenders need up to a minute to notice that a worker is dead. */
const EVERY = 3;
/** Of the comparison's orders: the backlog is short compared with the time for which a dead worker's orders wait. */
const SHARE = 0.5;

/** The races with a kill of one comparison: one of each contender with workers, in every third round. */
export class KillRounds {
  readonly #races = new Map<Contender, KillRace[]>(
    CONTENDERS.filter(({ roles }) => roles.includes('worker')).map((contender) => [contender, []]),
  );
  readonly #sales: ReturnType<typeof workload>;

  /** @param orders of the spread workload */
  constructor(orders: number, seed: number) {
    this.#sales = workload('spread', Math.round(orders * SHARE), seed);
  }

  /** @param nth of the comparison's rounds, from 1 */
  async take(nth: number, servers: ServerUrls, say: (line: string) => void): Promise<void> {
    if (nth % EVERY !== 1) return;
    for (const [contender, races] of this.#races) {
      const done = await killRace(contender, servers, this.#sales);
      races.push(done);
      say(line(contender, done));
    }
  }

  rows(): KillRow[] {
    return [...this.#races].map(([{ name }, races]) => killRowOf(name, races));
  }
}

function line({ name }: Contender, { standstillSeconds, ...done }: KillRace): string {
  const standstill = standstillSeconds === null ? 'forever' : `${standstillSeconds.toFixed(1)} s`;
  const wrong = `stuck ${done.stuck}, lost ${done.lost}, twice ${done.twice}, inversions ${done.inversions}, wrong ${done.wrong}`;
  return `${name.padEnd(26)} one of 2 workers killed  standstill ${standstill}  ${wrong}`;
}
