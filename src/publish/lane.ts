import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import type { Lease } from '../lock/locks.ts';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { LANE_PAGE, type EffectStore, type Ending, type Lane } from '../persist/effect-store.ts';
import { deliver, type DeliveryTools } from './deliver.ts';
import { STOPPED_STATES, type EffectState } from '../system/states.ts';
import { isOneByOne } from './lane-jobs.ts';
import { lockLanes, type LaneLockTools } from './lane-locks.ts';
import { messagesOf, type Message, type MessageSources, type Unmade } from './messages.ts';
import type { ReadAhead } from './read-ahead.ts';

/** The journal of a commit is usually written within milliseconds. */
const HISTORY_RETRY_MS = 1000;

/** How a run of a lane ended. */
export type LaneRun =
  /** Nothing is open, or nothing can be sent until an operator decides. */
  | { outcome: 'empty' | 'stopped' | 'busy' }
  /** More can be sent at once, by another run. */
  | { outcome: 'again' }
  /** Its next attempt is due then. */
  | { outcome: 'later'; at: Date }
  /** It threw. Nothing is lost: its effects are still open. */
  | { outcome: 'failed'; error: unknown };

export interface LaneTools extends DeliveryTools, LaneLockTools {
  effects: Pick<EffectStore, 'lane' | 'begin' | 'end' | 'endTogether' | 'retryNow'>;
  /** How many lanes are read at once. */
  ahead: Pick<ReadAhead, 'lanes' | 'saw'>;
  messages: MessageSources;
  /** Makes the lane's history if a backfill has not reached it. False: it must be tried again. */
  handOver: (lane: Lane, destination: DestinationDocument) => Promise<boolean>;
  /** Aborted when the program stops, or the destination is paused, changed or deleted. */
  stopping: AbortSignal;
  /** Whether the other side asked for a pause, or is down. */
  isPaused: () => boolean;
  /** Whether one of the destination's pause windows is open: not even one message may be sent. */
  isHeld: () => boolean;
  watch: (effect: EffectDocument, ending: Ending, ms: number) => void;
}

/** What the lanes of a job share. */
interface Shared extends LaneTools {
  destination: DestinationDocument;
  /** One message at a time: the destination's concurrency is a number of jobs. Records are written meanwhile. */
  turn: BulkheadPolicy;
  /** Whether the rest is for other jobs. */
  isOver: () => boolean;
  /** Records how an attempt ended. If lanes share a job, their ends share writes. */
  end: EffectStore['end'];
}

/** A job with many lanes ends then, so that more urgent ones need not wait for it. */
const LONGEST_MS = 500;

/**
 * Sends the open effects of lanes: lock, read, send, record; those of a lane one after another, in sequence. A lane is in
 * MongoDB. If the process dies at any line, the next run continues; a message whose end was not recorded is sent again
 * with the same id, or is in doubt, as the destination decides.
 * @param orders those of the lanes
 * @param job the id of their job, which the locks' values contain
 * @returns how each lane's run ended
 */
export async function runLanes(
  orders: readonly string[],
  destination: DestinationDocument,
  tools: LaneTools,
  job: string,
): Promise<LaneRun[]> {
  const lanes = orders.map((order) => ({ destination: destination._id, order }));
  const leases = await lockLanes(lanes, tools, job);
  const until = tools.now() + LONGEST_MS;
  const isLong = () => tools.now() > until || tools.isPaused();
  const isOver = () => tools.stopping.aborted || tools.isHeld() || (lanes.length > 1 && isLong());
  const end = lanes.length > 1 ? tools.effects.endTogether : tools.effects.end;
  const shared = { ...tools, destination, turn: bulkhead(1, Infinity), isOver, end };
  const runs: LaneRun[] = [];
  try {
    while (runs.length < lanes.length) {
      const some = lanes.slice(runs.length, runs.length + tools.ahead.lanes);
      const first = runs.length;
      runs.push(...(await Promise.all(some.map((lane, i) => runLane(lane, leases[first + i], shared)))));
    }
    return runs;
  } finally {
    const held = new Set(leases.filter((lease) => lease !== null));
    await Promise.all([...held].map((lease) => lease.release()));
  }
}

/** Never throws: a lane fails alone. */
async function runLane(lane: Lane, lease: Lease | null | undefined, tools: Shared): Promise<LaneRun> {
  if (!lease) return { outcome: 'busy' };
  if (tools.isOver()) return { outcome: 'again' };
  try {
    if (await tools.handOver(lane, tools.destination)) return await runHeld(lane, lease, tools);
    return { outcome: 'later', at: new Date(tools.now() + HISTORY_RETRY_MS) };
  } catch (error) {
    return { outcome: 'failed', error };
  }
}

async function runHeld(lane: Lane, lease: Lease, tools: Shared): Promise<LaneRun> {
  const open = await tools.effects.lane(lane);
  const effects = isOneByOne(tools.destination) ? open.slice(0, 1) : open;
  const [first] = effects;
  if (!first) return { outcome: 'empty' };
  const waits = waitOf(first, tools.now());
  if (waits) return waits;
  const messages = await messagesOf(effects, tools.messages);
  tools.ahead.saw(sizeOf(messages));
  for (const effect of effects) {
    if (tools.isOver()) return { outcome: 'again' };
    const blocked = waitOf(effect, tools.now()) ?? (await send(effect, messages, lease, tools));
    if (blocked) return blocked;
  }
  // What was added after the read has a wake-up of its own.
  const isAll = effects.length === open.length && open.length < LANE_PAGE;
  return { outcome: isAll ? 'empty' : 'again' };
}

/** In characters of JSON, about as many as bytes. */
function sizeOf(messages: ReadonlyMap<string, Message | Unmade>): number {
  return [...messages.values()].reduce((sum, each) => sum + ('text' in each ? each.text.length : 0), 0);
}

/** One attempt, and its record. @returns why the lane does not continue, if so */
async function send(
  effect: EffectDocument,
  messages: ReadonlyMap<string, Message | Unmade>,
  lease: Lease,
  tools: Shared,
): Promise<LaneRun | null> {
  const message = messages.get(effect._id);
  if (!message) throw new Error(`effect ${effect._id} has no message`);
  const sent = await tools.turn.execute(async () => {
    if (tools.isOver()) return null;
    const began = tools.now();
    const ending = await deliver(effect, message, tools.destination, lease, tools);
    return { ending, ms: tools.now() - began };
  });
  if (!sent) return { outcome: 'again' };
  const { ending, ms } = sent;
  await tools.end(effect, ending, new Date(tools.now()));
  tools.watch(effect, ending, ms);
  if (ending.state === 'failing') return { outcome: 'later', at: ending.dueAt };
  return isStopped(ending.state) ? { outcome: 'stopped' } : null;
}

function isStopped(state: EffectState): boolean {
  return (STOPPED_STATES as readonly string[]).includes(state);
}

/** Why an effect is not sent now, if so: those after it wait, too. */
function waitOf({ state, dueAt }: EffectDocument, now: number): LaneRun | null {
  if (isStopped(state)) return { outcome: 'stopped' };
  return dueAt !== null && dueAt.getTime() > now ? { outcome: 'later', at: dueAt } : null;
}
