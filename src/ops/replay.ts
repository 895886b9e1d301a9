import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayRun, Selection } from '../operate/shapes/parked.ts';
import { placeOf } from './ask.ts';
import { showCounted, TO_COUNT } from './change.ts';
import { untilAborted } from './ctrl-c.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { counted } from './table.ts';

const EVERY_MS = 500;
/** How long the dashboard may be unreachable: a restart takes less. Its run becomes `interrupted` after 15 s. */
const UNREACHABLE_MS = 60_000;
/** An event that cannot be applied is parked again within seconds, unless there is a backlog. */
const SETTLED_MS = 30_000;
const TRIES = 3;

interface WantedReplay {
  which: Selection;
  rate: number;
}

/**
 * Replays parked events, and waits until the run has ended and its events are processed. Without a reason it only
 * counts them. Ctrl-C asks the server to abort the run.
 */
export async function replay(session: Session, wanted: WantedReplay, reason: string | null): Promise<void> {
  const id = randomUUID();
  if (reason === null) {
    const count = { ...wanted, id, reason: TO_COUNT, dryRun: true };
    const { events } = await session.send<{ events: number }>('/parked/replays', count);
    showCounted(session, { events }, { what: 'parked event', done: `replayed, ${wanted.rate} per second` });
    return;
  }
  const begun = await begin(session, { ...wanted, id, reason });
  const message = `replay ${id}: ${counted(begun.total, 'event')}, ${begun.rate} per second`;
  const place = ['parked', 'replays', id];
  const ended = await untilAborted(session, { what: 'replay', place, message }, () =>
    untilEnded(session, begun),
  );
  showRun(session, await untilSettled(session, ended));
}

/** Retried if there was no response: the same id is the same replay. */
async function begin(
  session: Session,
  request: WantedReplay & { id: string; reason: string },
): Promise<ReplayRun> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await session.send<ReplayRun>('/parked/replays', { ...request, dryRun: false });
    } catch (error) {
      if (!isAway(error) || tried === TRIES) throw error;
      await sleep(1000);
    }
  }
}

async function untilEnded(session: Session, begun: ReplayRun): Promise<ReplayRun> {
  const progress = session.startProgress('replayed', begun.total);
  return await looking(session, begun, (run) => {
    progress.set(run.replayed, run.total);
    return run.state !== 'running';
  }).finally(() => progress.end());
}

/** Put back is not applied: while an event waits, it may still be parked again. */
async function untilSettled(session: Session, ended: ReplayRun): Promise<ReplayRun> {
  if (!ended.stillWaiting) return ended;
  session.say(`events put back; waiting up to ${SETTLED_MS / 1000} s until they are processed`);
  const progress = session.startProgress('processed', ended.replayed);
  const until = Date.now() + SETTLED_MS;
  return await looking(session, ended, ({ replayed, stillWaiting = 0 }) => {
    progress.set(replayed - stillWaiting);
    return stillWaiting === 0 || Date.now() > until;
  }).finally(() => progress.end());
}

/** Polls a run until `isEnough`. Tolerates an unreachable dashboard for {@link UNREACHABLE_MS}. */
async function looking(
  session: Session,
  first: ReplayRun,
  isEnough: (run: ReplayRun) => boolean,
): Promise<ReplayRun> {
  let run = first;
  let heard = Date.now();
  do {
    await sleep(EVERY_MS);
    try {
      run = await session.ask<ReplayRun>(placeOf('parked', 'replays', run.id));
      heard = Date.now();
    } catch (error) {
      if (!isAway(error) || Date.now() - heard > UNREACHABLE_MS) throw error;
    }
  } while (!isEnough(run));
  return run;
}

export async function abortReplay(session: Session, id: string, reason: string): Promise<void> {
  const run = await session.send<ReplayRun & { did: string }>(placeOf('parked', 'replays', id, 'abort'), {
    reason,
  });
  session.show(run, run.did);
}

function showRun(session: Session, run: ReplayRun): void {
  session.show(run, runText(run));
  if (run.state !== 'done' || run.parkedAgain > 0 || run.stillWaiting) session.endAs('refused');
}

function runText({ id, state, because, total, replayed, parkedAgain, stillWaiting = 0 }: ReplayRun): string {
  const others = state === 'done' ? total - replayed : 0;
  return [
    `Replay ${id} ${STATES[state]}: ${replayed} of ${total} events were put back into their mailboxes.`,
    because ? `Reason: ${because}.` : '',
    others > 0 ? `The other ${others} were no longer parked: another replay or a discard took them.` : '',
    parkedAgain > 0 ? `${parkedAgain} were PARKED AGAIN: \`parked ls\` shows why.` : '',
    stillWaiting > 0 ? `${stillWaiting} are still waiting: their outcome is not known yet.` : '',
  ]
    .filter(Boolean)
    .join('\n');
}

const STATES = {
  running: 'is running',
  done: 'is done',
  aborted: 'was aborted',
  stopped: 'stopped automatically',
  interrupted: 'was interrupted',
} as const satisfies Record<ReplayRun['state'], string>;

const isAway = (error: unknown) => error instanceof OpsProblem && error.exit === 'unreachable';
