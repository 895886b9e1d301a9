import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { OUTCOMES, type Outcome } from '../order/outcomes.ts';
import type { EventPage, EventSummary } from '../operate/shapes/events.ts';
import { queryOf } from './ask.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { table, time } from './table.ts';
import { shopOption, topicOption, verb } from './verb.ts';

interface TailOptions {
  shop?: string;
  topic?: string;
  outcome?: Outcome;
}

const EVERY_MS = 1000;
/** Earlier events to show at the start. */
const FIRST = 10;
const PAGE = 200;
/** 200 * 25 = 5,000 events a second. If there are more, the newest are shown, with a message. */
const MOST_PAGES = 25;
/**
 * Many workers write the journal, each after its commit, so an event may appear up to this long after a newer one was
 * read. This period is read again each time, and each event is printed once.
 */
const OVERLAP_MS = 10_000;
/** Where to start if the journal is empty: so far before our clock's time, which may be wrong by as much. */
const BEFORE_NOW_MS = 600_000;

export const TAIL_VERBS = [
  verb<TailOptions>({
    call: 'tail',
    about: 'Follow events as they are processed, until Ctrl-C',
    options: [
      shopOption(),
      topicOption(),
      new Option('--outcome <outcome>', 'Filter by outcome').choices(OUTCOMES),
    ],
    act: async (session, _args, { shop, topic, outcome }) => {
      const stop = new AbortController();
      const onStop = () => stop.abort();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onStop);
      const follower = new Follower(session, { shop, topic, outcome }, stop.signal);
      try {
        await follow(session, follower, stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onStop);
    },
  }),
];

/** The first request must succeed. After that, the dashboard may be down for a while. */
async function follow(session: Session, follower: Follower, signal: AbortSignal): Promise<void> {
  let away = false;
  print(session, await follower.begin());
  for (;;) {
    await sleep(EVERY_MS, undefined, { signal });
    try {
      print(session, await follower.next());
      if (away) session.say('reconnected');
      away = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof OpsProblem && error.exit === 'unreachable')) throw error;
      if (!away) session.say(`${error.message}; retrying`);
      away = true;
    }
  }
}

function print(session: Session, events: EventSummary[]): void {
  for (const event of events) session.showLine(event, line(event));
}

function line(event: EventSummary): string {
  return table([
    [
      time(event.appliedAt),
      event.outcome.padEnd(9),
      event.topic.padEnd(28),
      event.order,
      event.event.slice(0, 12),
      event.because,
    ],
  ]);
}

/** Reads events processed since the last read, oldest first. Each event appears once per outcome. */
class Follower {
  readonly #session: Session;
  readonly #filter: TailOptionsGiven;
  readonly #signal: AbortSignal;
  /** Events printed within the overlap, and when each was processed. */
  readonly #seen = new Map<string, number>();
  #since = 0;

  constructor(session: Session, filter: TailOptionsGiven, signal: AbortSignal) {
    this.#session = session;
    this.#filter = filter;
    this.#signal = signal;
  }

  async begin(): Promise<EventSummary[]> {
    const { events } = await this.#page({ limit: FIRST });
    const newest = events[0] ? endOf(events[0]) : null;
    this.#since = newest === null ? Date.now() - BEFORE_NOW_MS : newest - OVERLAP_MS;
    for (const event of events) this.#seen.set(nameOf(event), endOf(event));
    // Older events in the overlap are not new: remember them, so that next() does not print them.
    const rest = newest === null ? [] : await this.#unseen();
    for (const event of rest) this.#seen.set(nameOf(event), endOf(event));
    const fresh = rest.filter((event) => endOf(event) > Number(newest));
    return [...events, ...fresh].toSorted((a, b) => endOf(a) - endOf(b));
  }

  async next(): Promise<EventSummary[]> {
    const fresh = (await this.#unseen()).toSorted((a, b) => endOf(a) - endOf(b));
    for (const event of fresh) this.#seen.set(nameOf(event), endOf(event));
    const newest = fresh.at(-1);
    if (newest) this.#since = Math.max(this.#since, endOf(newest) - OVERLAP_MS);
    for (const [name, end] of this.#seen) if (end < this.#since) this.#seen.delete(name);
    return fresh;
  }

  async #unseen(): Promise<EventSummary[]> {
    const since = new Date(this.#since).toISOString();
    const fresh: EventSummary[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const page: EventPage = await this.#page({ limit: PAGE, since, cursor });
      const unseen = page.events.filter((event) => !this.#seen.has(nameOf(event)));
      fresh.push(...unseen);
      cursor = page.cursor;
      if (cursor === null || (unseen.length === 0 && page.events.length > 0)) return fresh;
    }
    this.#session.say('too many events to follow: some were skipped');
    return fresh;
  }

  #page(more: { limit: number; since?: string; cursor?: string | null }): Promise<EventPage> {
    return this.#session.ask<EventPage>(`/events${queryOf({ ...this.#filter, ...more })}`, this.#signal);
  }
}

type TailOptionsGiven = { [Name in keyof TailOptions]-?: TailOptions[Name] | undefined };

/** An event that was parked and applied later has two outcomes, and is shown twice. */
const nameOf = (event: EventSummary) => `${event.event} ${event.outcome} ${event.appliedAt}`;
const endOf = (event: EventSummary) => Date.parse(event.appliedAt ?? event.receivedAt);
