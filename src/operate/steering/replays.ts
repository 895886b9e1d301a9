import { markOf } from '../../persist/parked-acts.ts';
import type { ParkedSelection } from '../../persist/parked-selection.ts';
import type { ParkedStore } from '../../persist/parked-store.ts';
import type { ReplayDocument } from '../../persist/replay-schema.ts';
import { messageOf } from '../../system/errors.ts';
import type { Component } from '../../system/lifecycle.ts';
import { repeating, type Repeating } from '../../system/repeating.ts';
import type { NotedAct } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import { RunningReplay, type ReplayTools } from './replay-run.ts';

/** A run, with how many of its events are parked again. */
export type Run = ReplayDocument & { parkedAgain: number };

/** A request for a replay. */
interface Begin {
  /** Chosen by the client; a repeated id starts no second run. */
  id: string;
  which: ParkedSelection;
  rate: number;
  reason: string;
  who: string;
  /** Its action in the audit log. */
  act: NotedAct;
}

/** A run without a heartbeat for this long has lost its process. It sends one at least once a second. */
const SILENT_MS = 15_000;
/** How often to look for events that a dead process has left `replaying`. */
const LOOK_AFTER_MS = 5000;
/** How often counts of parked events are corrected, in case a process died before it did so. */
const SWEEP_MS = 60_000;
const SHOWN = 50;

/**
 * Runs that put parked events back at a given rate (P7). Each event is claimed by its state, so only one run
 * puts it back, however many runs and processes there are. A process that dies leaves its run `running`
 * without heartbeats, which is shown as interrupted, and a few events `replaying`, which are parked again
 * after 30 s.
 */
export class Replays implements Component {
  readonly name = 'replays';
  readonly #tools: ReplayTools;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #looks: Repeating;
  #sweptAt: number | null = null;

  constructor(tools: ReplayTools) {
    this.#tools = tools;
    this.#looks = repeating(
      this.name,
      LOOK_AFTER_MS,
      () => this.#lookAfter(),
      (error) => tools.log.debug({ because: messageOf(error) }, 'could not count parked events; will retry'),
    );
  }

  start(): void {
    this.#looks.start();
    void this.#looks.once();
  }

  /** Runs end where they are, as `interrupted`. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#looks.stop(), ...this.#running]);
  }

  /** @throws Refusal if none of the events is parked, or the id belongs to another replay */
  async begin(asked: Begin): Promise<{ run: Run; begun: boolean }> {
    const { id, which, rate, reason, who, act } = asked;
    const known = await this.#known(asked);
    if (known) return { run: known, begun: false };
    const startedAt = new Date(this.#tools.now());
    await this.#giveBackStale();
    const { events: total, words } = await this.#tools.parked.named(which, startedAt);
    if (total === 0) {
      // A double click: the other request has meanwhile started the run and put the events back.
      const twin = await this.#known(asked);
      if (twin) return { run: twin, begun: false };
      throw await nothingParked(which, this.#tools.parked);
    }
    const state = 'running' as const;
    const begun = { startedAt, endedAt: null, who, reason, rate, state, because: null, total, replayed: 0 };
    const entry = act.number === null ? {} : { entry: act.number };
    const shops = await shopsIn(which, this.#tools.parked);
    const of = shops && { shops };
    const run: ReplayDocument = {
      _id: id,
      ...begun,
      ...of,
      beatAt: startedAt,
      asked: markOf(which),
      ...entry,
    };
    // Of two simultaneous requests, one creates the run.
    if (!(await this.#tools.runs.begin(run)))
      return { run: (await this.#known(asked)) ?? asIs(run), begun: false };
    act.note(words);
    const { signal } = this.#stopping;
    const going = new RunningReplay(run, which, this.#tools, signal)
      .go()
      .finally(() => this.#running.delete(going));
    this.#running.add(going);
    return { run: asIs(run), begun: true };
  }

  /** The run with this id. @throws Refusal if it has another selection or rate than requested */
  async #known({ id, which, rate }: Begin): Promise<Run | null> {
    const known = await this.read(id);
    if (!known || (known.rate === rate && known.asked === markOf(which))) return known;
    throw new Refusal(
      'conflict',
      'this id belongs to another replay, with other events or another rate: use a new id',
    );
  }

  async read(id: string): Promise<Run | null> {
    const run = await this.#tools.runs.find(id);
    return run && (await this.#seen(run));
  }

  /** Newest first. */
  async list(): Promise<Run[]> {
    const runs = await this.#tools.runs.list(SHOWN);
    return await Promise.all(runs.map((run) => this.#seen(run)));
  }

  /** Works in any process: a run checks its state at each step. @throws Refusal */
  async abort(id: string, who: string): Promise<Run> {
    const endedAt = new Date(this.#tools.now());
    const ending = { state: 'aborted', because: `aborted by ${who}`, endedAt } as const;
    const aborted = await this.#tools.runs.end(id, ending);
    const run = await this.read(id);
    if (!run) throw new Refusal('not_found', 'no such replay in the collection replays');
    if (!aborted) throw new Refusal('conflict', `it has already ended: ${run.state}`);
    return run;
  }

  async #seen(run: ReplayDocument): Promise<Run> {
    const silent = run.state === 'running' && run.beatAt.getTime() < this.#tools.now() - SILENT_MS;
    const state = silent ? 'interrupted' : run.state;
    const because = silent
      ? 'its program died; events that are still parked can be replayed again'
      : run.because;
    const parkedAgain = (run.parkedAgain ?? 0) + (await this.#tools.parked.parkedAgain(run._id));
    return { ...run, state, because, parkedAgain };
  }

  async #lookAfter(): Promise<void> {
    await this.#giveBackStale();
    await this.#sweepCounts();
  }

  /** Does not throw: a replay can begin without it. */
  async #giveBackStale(): Promise<void> {
    try {
      const events = await this.#tools.parked.giveBackStale(new Date(this.#tools.now()));
      if (events > 0)
        this.#tools.log.info({ events }, 'parked the events again that a dead replay had claimed');
    } catch (error) {
      this.#tools.log.debug(
        { because: messageOf(error) },
        'could not look for events of dead replays; will retry',
      );
    }
  }

  /** At the start, then once a minute. */
  async #sweepCounts(): Promise<void> {
    const now = this.#tools.now();
    if (this.#sweptAt !== null && now - this.#sweptAt < SWEEP_MS) return;
    await this.#tools.parked.sweepCounts();
    this.#sweptAt = now;
  }
}

/** The shops that a selection is limited to; null: all shops. */
export async function shopsIn(which: ParkedSelection, parked: ParkedStore): Promise<string[] | null> {
  if ('events' in which) return await parked.shopsOf(which.events);
  return which.shop === undefined ? null : [which.shop];
}

/** Why none of these can be replayed or discarded now. */
export async function nothingParked(which: ParkedSelection, parked: ParkedStore): Promise<Refusal> {
  const replaying = await parked.replaying(which);
  return replaying === 0
    ? new Refusal('not_found', 'none of these is parked; searched: the collection parked')
    : new Refusal(
        'conflict',
        `${replaying} of these are being replayed: try again in 40 s. If the program that replays them died, they are parked again by then`,
      );
}

function asIs(run: ReplayDocument): Run {
  return { ...run, parkedAgain: 0 };
}
