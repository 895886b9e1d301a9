import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ReplayRun, Selection } from '../shapes/parked.ts';
import { placeOf } from './ask.ts';
import { showCounted, TO_COUNT } from './change.ts';
import { endAs, EXIT_CODES, OpsProblem } from './exit.ts';
import { startProgress } from './progress.ts';
import type { Session } from './session.ts';

const EVERY_MS = 500;
/** A dashboard that restarts is back by then; its run shows as interrupted 15 s after its last sign. */
const PATIENCE_MS = 60_000;
/** What cannot be applied is parked again within seconds, unless a backlog is before it. */
const SETTLED_MS = 30_000;
const TRIES = 3;

interface Wanted {
  which: Selection;
  rate: number;
}

/**
 * Counts; with a reason replays, and follows the run to its end, and its events to theirs. Ctrl-C asks the server
 * to abort it.
 */
export async function replay(session: Session, wanted: Wanted, reason: string | null): Promise<void> {
  const id = randomUUID();
  if (reason === null) {
    const count = { ...wanted, id, reason: TO_COUNT, dryRun: true };
    const { events } = await session.send<{ events: number }>('/parked/replays', count);
    showCounted(session, events, `replayed, ${wanted.rate} a second`);
    return;
  }
  const begun = await begin(session, { ...wanted, id, reason });
  session.say(`replay ${id}: ${begun.total} events, ${begun.rate} a second; Ctrl-C aborts it`);
  const ended = await aborting(session, id, () => untilEnded(session, begun));
  showRun(session, await untilSettled(session, ended));
}

/** The same id is the same replay: where no answer came it may be asked again. */
async function begin(session: Session, request: Wanted & { id: string; reason: string }): Promise<ReplayRun> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await session.send<ReplayRun>('/parked/replays', { ...request, dryRun: false });
    } catch (error) {
      if (!isAway(error) || tried === TRIES) throw error;
      await wait(1000);
    }
  }
}

async function aborting(session: Session, id: string, follow: () => Promise<ReplayRun>): Promise<ReplayRun> {
  let asked = false;
  const onStop = () => {
    // Asked twice: we go, and the replay does what it was last told.
    if (asked) process.exit(EXIT_CODES.refused);
    asked = true;
    session
      .send(placeOf('parked', 'replays', id, 'abort'), { reason: 'Ctrl-C at the command line' })
      .catch((error: unknown) => session.say(`it could not be aborted: ${String(error)}`));
  };
  process.on('SIGINT', onStop);
  try {
    return await follow();
  } finally {
    process.off('SIGINT', onStop);
  }
}

async function untilEnded(session: Session, begun: ReplayRun): Promise<ReplayRun> {
  const progress = startProgress('replayed', begun.total);
  return await looking(session, begun, (run) => {
    progress.set(run.replayed, run.total);
    return run.state !== 'running';
  }).finally(() => progress.end());
}

/** Put back is not applied: until none of them waits nobody knows whether they are parked again. */
async function untilSettled(session: Session, ended: ReplayRun): Promise<ReplayRun> {
  if (!ended.stillWaiting) return ended;
  session.say(`put back; waiting until they have ended, ${SETTLED_MS / 1000} s at most`);
  const progress = startProgress('ended', ended.replayed);
  const until = Date.now() + SETTLED_MS;
  return await looking(session, ended, ({ replayed, stillWaiting = 0 }) => {
    progress.set(replayed - stillWaiting);
    return stillWaiting === 0 || Date.now() > until;
  }).finally(() => progress.end());
}

/** Looks at a run until enough is seen. */
async function looking(
  session: Session,
  first: ReplayRun,
  isEnough: (run: ReplayRun) => boolean,
): Promise<ReplayRun> {
  let run = first;
  let heard = Date.now();
  do {
    await wait(EVERY_MS);
    try {
      run = await session.ask<ReplayRun>(placeOf('parked', 'replays', run.id));
      heard = Date.now();
    } catch (error) {
      if (!isAway(error) || Date.now() - heard > PATIENCE_MS) throw error;
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
  if (run.state !== 'done' || run.parkedAgain > 0 || run.stillWaiting) endAs('refused');
}

function runText({ id, state, because, total, replayed, parkedAgain, stillWaiting = 0 }: ReplayRun): string {
  const others = state === 'done' ? total - replayed : 0;
  return [
    `Replay ${id} ${STATES[state]}: ${replayed} of ${total} events were put back into their mailboxes.`,
    because ? `Why: ${because}.` : '',
    others > 0 ? `The other ${others} were parked no more: another replay or a discard took them.` : '',
    parkedAgain > 0 ? `${parkedAgain} were PARKED AGAIN: parked ls tells why.` : '',
    stillWaiting > 0 ? `${stillWaiting} still wait: what becomes of them is not known yet.` : '',
  ]
    .filter(Boolean)
    .join('\n');
}

const STATES = {
  running: 'runs',
  done: 'is done',
  aborted: 'was aborted',
  stopped: 'stopped by itself',
  interrupted: 'was interrupted',
} as const satisfies Record<ReplayRun['state'], string>;

const isAway = (error: unknown) => error instanceof OpsProblem && error.exit === 'unreachable';
