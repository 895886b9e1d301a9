import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { backoffMs } from '../system/backoff.ts';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { DestinationStore } from '../persist/destination-store.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { pauseClock } from '../system/pause-windows.ts';
import { inPartitionOf, laneQueue, type RedisKeys } from '../system/redis-keys.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { LANE_PRIORITIES, type LaneJob } from './lane-jobs.ts';
import type { LaneQueues } from './lane-queues.ts';
import { runLanes, type LaneRun, type LaneTools } from './lane.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Ran } from './run-ending.ts';
import type { SignWriter } from './sign-writer.ts';
import type { Answer, Sink } from './sinks/sink.ts';

/** Another run usually ends within milliseconds. */
const BUSY_RETRY_MS = 250;
/** A lane that failed in a job with others gets a job of its own, which BullMQ retries with growing pauses. */
const FAILED_RETRY_MS = 1000;
/** A destination that wants no more messages is closed within this time. */
const GONE_MS = 1000;
/** After an outage. */
const RETRIED_AT_ONCE = 1000;
/** The end of an attempt is recorded within this time, beside the destination's own limit. */
const RECORDED_WITHIN_MS = 1000;
/**
 * A job whose publisher died is found within 9 s: until then, it counts as one of the destination's messages at a time.
 * It may stall any number of times: it is only a wake-up.
 */
const STALLING = { lockDuration: 5000, stalledInterval: 2000, maxStalledCount: Number.MAX_SAFE_INTEGER };
/** A job that a pause window stopped is tried again after this time. By then, its worker is closed. */
const HELD_MS = 1000;
/** BullMQ obeys a pause of a queue (`rateLimit`) only if its workers have a limit. */
const NO_LIMIT = { max: 1_000_000_000, duration: 1000 };

export interface WorkerTools extends Omit<
  LaneTools,
  'sink' | 'ahead' | 'onAnswer' | 'stopping' | 'isPaused' | 'isHeld'
> {
  redis: Redis;
  partitions: readonly RedisKeys[];
  queues: LaneQueues;
  destinations: Pick<DestinationStore, 'pause'>;
  signs: Pick<SignWriter, 'opened' | 'closed'>;
  log: Logger;
}

/** Sends the effects of one destination, as it is at one revision. */
export class DestinationWorker {
  readonly destination: DestinationDocument;
  readonly #tools: WorkerTools;
  readonly #sink: Sink<Answer | Ran>;
  readonly #breaker = new CircuitBreaker();
  readonly #ahead: ReadAhead;
  readonly #stopping = new AbortController();
  readonly #worker: Worker<LaneJob>;
  readonly #isInWindow: (at: number) => boolean;
  #pausedUntil = 0;
  /** One of its pause windows has opened: it takes no more jobs. After the window, a new worker replaces it. */
  isHeld = false;

  constructor(destination: DestinationDocument, sink: Sink<Answer | Ran>, tools: WorkerTools) {
    this.destination = destination;
    this.#sink = sink;
    this.#ahead = new ReadAhead(destination.concurrency);
    this.#tools = tools;
    this.#isInWindow = pauseClock(destination.pauseWindows ?? []);
    this.#worker = new Worker<LaneJob>(laneQueue(destination._id), (job, token) => this.#run(job, token), {
      connection: tools.redis,
      prefix: inPartitionOf(destination._id, tools.partitions).queuePrefix,
      concurrency: destination.concurrency,
      autorun: false,
      settings: { backoffStrategy: backoffMs },
      ...(!destination.rate && { limiter: NO_LIMIT }),
      ...STALLING,
    });
    this.#worker.on('error', (error) => tools.log.debug({ because: messageOf(error) }, 'worker connection'));
  }

  /** Its limits hold over all publishers, so they are in Redis. */
  async start(): Promise<void> {
    const { _id, rate, concurrency } = this.destination;
    const queue = this.#tools.queues.of(_id);
    await queue.setGlobalConcurrency(concurrency);
    await (rate ? queue.setGlobalRateLimit(rate.max, rate.durationMs) : queue.removeGlobalRateLimit());
    this.#worker
      .run()
      .catch((error: unknown) => this.#tools.log.error({ because: messageOf(error) }, 'worker ended'));
  }

  /** Waits for messages that are being sent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#worker.close();
    await this.#sink.close();
  }

  async #run(job: Job<LaneJob>, token: string | undefined): Promise<void> {
    // A job that an earlier version stored has none: it ends, and the sweeper replaces it.
    const { orders = [] } = job.data as Partial<LaneJob>;
    if (orders.length === 0) return;
    if (this.#noticeWindow()) return await putOff(job, Date.now() + HELD_MS, token);
    const tools = {
      ...this.#tools,
      sink: this.#sink,
      ahead: this.#ahead,
      stopping: this.#stopping.signal,
      isPaused: () => Date.now() < this.#pausedUntil,
      isHeld: () => this.#noticeWindow(),
      onAnswer: (answer: Answer) => this.#onAnswer(answer),
    };
    const runs = await runLanes(orders, this.destination, tools, job.id ?? 'no id').catch((error: unknown) =>
      orders.map((): LaneRun => ({ outcome: 'failed', error })),
    );
    for (const [i, run] of runs.entries())
      if (run.outcome === 'failed') this.#logFailure(orders[i] ?? '', run.error);
    await (orders.length > 1 ? this.#afterAll(orders, runs, job) : this.#afterOne(runs[0], job, token));
  }

  async #afterOne(run: LaneRun | undefined, job: Job<LaneJob>, token: string | undefined): Promise<void> {
    // BullMQ stores a failure's message in the job, so it must contain nothing from the message.
    if (run?.outcome === 'failed') throw new Error('lane failed');
    const again = run && AGAIN_AT[run.outcome]?.(run);
    if (again !== undefined) await putOff(job, again, token);
  }

  /** The destination's other workers close within a second. Until then, none of them sends anything. */
  #noticeWindow(): boolean {
    if (!this.#isInWindow(this.#tools.now())) return false;
    if (!this.isHeld) void this.#worker.pause(true);
    this.isHeld = true;
    return true;
  }

  /** Lanes that are not done get jobs of their own, or share one again if they only ran out of time. */
  async #afterAll(
    orders: readonly string[],
    runs: readonly LaneRun[],
    { opts }: Job<LaneJob>,
  ): Promise<void> {
    const { destination } = this;
    const { queues } = this.#tools;
    const priority = LANE_PRIORITIES[(opts.priority ?? 1) - 1] ?? 'normal';
    await queues.ended(destination._id, orders);
    const later = orders.flatMap((order, i) => {
      const run = runs[i];
      const at = run && run.outcome !== 'again' ? AGAIN_AT[run.outcome]?.(run) : undefined;
      return at === undefined ? [] : { order, at };
    });
    await queues.addLater(destination, priority, later);
    const again = orders.filter((_, i) => runs[i]?.outcome === 'again');
    await queues.add(destination, priority, again);
  }

  #logFailure(order: string, error: unknown): void {
    const lane = { destination: this.destination._id, order };
    this.#tools.log.warn({ ...lane, because: messageOf(error) }, 'a lane failed; it will be retried');
  }

  async #onAnswer(answer: Answer): Promise<void> {
    const { _id } = this.destination;
    const because = 'because' in answer ? answer.because : answer.answer;
    if (answer.outcome === 'gone') await this.#tools.destinations.pause(_id, because, 'destination');
    const { pauseMs: pause, isBack } = this.#breaker.note(answer);
    if (pause > 0 || answer.outcome === 'gone') this.#pausedUntil = Date.now() + Math.max(pause, GONE_MS);
    if (pause > 0) {
      await this.#tools.queues.of(_id).rateLimit(pause);
      this.#tools.signs.opened(_id, pause, because);
    } else if (this.#breaker.isUp) this.#tools.signs.closed(_id);
    if (isBack) void this.#afterOutage();
  }

  /** Twice: an attempt that began during the outage may fail after the first time. Never throws. */
  async #afterOutage(): Promise<void> {
    await this.#retryAll();
    const ms = this.destination.timeoutMs + RECORDED_WITHIN_MS;
    const { signal } = this.#stopping;
    const hasWaited = await sleep(ms, true, { signal, ref: false }).catch(() => false);
    if (hasWaited && !this.#breaker.isDown) await this.#retryAll();
  }

  /** After an outage, what failed need not wait for its next attempt. Never throws: the schedule remains. */
  async #retryAll(): Promise<void> {
    const { effects, queues, log } = this.#tools;
    const destination = this.destination._id;
    try {
      for (let lanes = 0; ;) {
        const some = await effects.retryNow(destination, RETRIED_AT_ONCE);
        await queues.wakeAgain(this.destination, some);
        lanes += some.length;
        if (some.length < RETRIED_AT_ONCE)
          return log.info({ destination, lanes }, 'the destination is back; what failed is tried again');
      }
    } catch (error) {
      log.warn({ destination, because: messageOf(error) }, 'what failed is tried again by its schedule');
    }
  }
}

async function putOff(job: Job<LaneJob>, until: number, token: string | undefined): Promise<never> {
  await job.moveToDelayed(until, token);
  throw new DelayedError();
}

/** When a job's lane continues, ms since 1970; none: the job is done. */
const AGAIN_AT: { [Outcome in LaneRun['outcome']]?: (run: LaneRun) => number } = {
  busy: () => Date.now() + BUSY_RETRY_MS,
  again: () => Date.now(),
  failed: () => Date.now() + FAILED_RETRY_MS,
  later: (run) => (run.outcome === 'later' ? run.at.getTime() : Date.now()),
};
