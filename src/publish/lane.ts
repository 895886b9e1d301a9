import type { Lease, Locks } from '../lock/locks.ts';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { LANE_PAGE, type EffectStore, type Ending, type Lane } from '../persist/effect-store.ts';
import { deliver, type DeliveryTools } from './deliver.ts';
import { STOPPED_STATES, type EffectState } from '../system/states.ts';
import { messagesOf, type Message, type MessageSources } from './messages.ts';

/** The journal of a commit is usually written within milliseconds. */
const HISTORY_RETRY_MS = 1000;

/** How a run of a lane ended. */
export type LaneRun =
  /** Nothing is open, or nothing can be sent until an operator decides. */
  | { outcome: 'empty' | 'stopped' | 'busy' }
  /** More can be sent at once, by another run. */
  | { outcome: 'again' }
  /** Its next attempt is due then. */
  | { outcome: 'later'; at: Date };

export interface LaneTools extends DeliveryTools {
  lock: Locks;
  lockKey: (lane: Lane) => string;
  effects: Pick<EffectStore, 'lane' | 'begin' | 'end'>;
  messages: MessageSources;
  /** Makes the lane's history if a backfill has not reached it. False: it must be tried again. */
  handOver: (lane: Lane, destination: DestinationDocument) => Promise<boolean>;
  /** Aborted when the program stops, or the destination is paused, changed or deleted. */
  stopping: AbortSignal;
  watch: (effect: EffectDocument, ending: Ending, ms: number) => void;
}

/**
 * Sends the open effects of a lane one after another, in sequence: lock, read, send, record. The lane is in MongoDB. If
 * the process dies at any line, the next run continues; a message whose end was not recorded is sent again with the same
 * id, or is in doubt, as the destination decides.
 * @param job the id of its job, which the lock's value contains
 */
export async function runLane(
  lane: Lane,
  destination: DestinationDocument,
  tools: LaneTools,
  job: string,
): Promise<LaneRun> {
  const lease = await tools.lock.acquire(tools.lockKey(lane), job);
  if (!lease) return { outcome: 'busy' };
  try {
    if (await tools.handOver(lane, destination)) return await runHeld(lane, destination, lease, tools);
    return { outcome: 'later', at: new Date(tools.now() + HISTORY_RETRY_MS) };
  } finally {
    await lease.release();
  }
}

async function runHeld(
  lane: Lane,
  destination: DestinationDocument,
  lease: Lease,
  tools: LaneTools,
): Promise<LaneRun> {
  const open = await tools.effects.lane(lane);
  const effects = isOneByOne(destination) ? open.slice(0, 1) : open;
  const [first] = effects;
  if (!first) return { outcome: 'empty' };
  const waits = waitOf(first, tools.now());
  if (waits) return waits;
  const messages = await messagesOf(effects, tools.messages);
  for (const effect of effects) {
    if (tools.stopping.aborted) return { outcome: 'again' };
    const blocked = waitOf(effect, tools.now()) ?? (await send(effect, messages, destination, lease, tools));
    if (blocked) return blocked;
  }
  // What was added after the read has a wake-up of its own.
  const isAll = effects.length === open.length && open.length < LANE_PAGE;
  return { outcome: isAll ? 'empty' : 'again' };
}

/** With a rate, every job is one message: BullMQ counts jobs. A handler may run for minutes: its message is made then. */
function isOneByOne({ rate, kind }: DestinationDocument): boolean {
  return Boolean(rate) || kind === 'handler';
}

/** One attempt, and its record. @returns why the lane does not continue, if so */
async function send(
  effect: EffectDocument,
  messages: ReadonlyMap<string, Message>,
  destination: DestinationDocument,
  lease: Lease,
  tools: LaneTools,
): Promise<LaneRun | null> {
  const message = messages.get(effect._id);
  if (!message) throw new Error(`effect ${effect._id} has no message`);
  const began = tools.now();
  const ending = await deliver(effect, message, destination, lease, tools);
  await tools.effects.end(effect, ending, new Date(tools.now()));
  tools.watch(effect, ending, tools.now() - began);
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
