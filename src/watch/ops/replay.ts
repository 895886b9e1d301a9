import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ReplayRun, Selection } from '../shapes/parked.ts';
import { placeOf } from './ask.ts';
import { showCounted } from './change.ts';
import { endAs, EXIT_CODES, OpsProblem } from './exit.ts';
import { startProgress } from './progress.ts';
import type { Session } from './session.ts';

const EVERY_MS = 500;
/** A dashboard that restarts is back by then; its run shows as interrupted 15 s after its last sign. */
const PATIENCE_MS = 60_000;
const TRIES = 3;

interface Wanted {
  which: Selection;
  reason: string;
  rate: number;
}

/** Counts; with `yes` replays, and follows the run to its end. Ctrl-C asks the server to abort it. */
export async function replay(session: Session, wanted: Wanted, yes: boolean | undefined): Promise<void> {
  const id = randomUUID();
  if (!yes) {
    const { events } = await session.send<{ events: number }>('/parked/replays', {
      ...wanted,
      id,
      dryRun: true,
    });
    showCounted(session, events, `replayed, ${wanted.rate} a second`);
    return;
  }
  const begun = await begin(session, { ...wanted, id });
  session.say(`replay ${id}: ${begun.total} events, ${begun.rate} a second; Ctrl-C aborts it`);
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
    showRun(session, await untilEnded(session, begun));
  } finally {
    process.off('SIGINT', onStop);
  }
}

/** The same id is the same replay: where no answer came it may be asked again. */
async function begin(session: Session, request: Wanted & { id: string }): Promise<ReplayRun> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await session.send<ReplayRun>('/parked/replays', { ...request, dryRun: false });
    } catch (error) {
      if (!isAway(error) || tried === TRIES) throw error;
      await wait(1000);
    }
  }
}

async function untilEnded(session: Session, begun: ReplayRun): Promise<ReplayRun> {
  const progress = startProgress('replayed', begun.total);
  let run = begun;
  let heard = Date.now();
  try {
    while (run.state === 'running') {
      await wait(EVERY_MS);
      try {
        run = await session.ask<ReplayRun>(placeOf('parked', 'replays', run.id));
        heard = Date.now();
        progress.set(run.replayed, run.total);
      } catch (error) {
        if (!isAway(error) || Date.now() - heard > PATIENCE_MS) throw error;
      }
    }
  } finally {
    progress.end();
  }
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
  if (run.state !== 'done') endAs('refused');
}

function runText({ id, state, total, replayed, parkedAgain, because }: ReplayRun): string {
  const again = parkedAgain === 0 ? '' : ` ${parkedAgain} were parked again.`;
  return `Replay ${id} ${STATES[state]}: ${replayed} of ${total} events are back in their mailboxes.${again}${because ? ` ${because}` : ''}`;
}

const STATES = {
  running: 'runs',
  done: 'is done',
  aborted: 'was aborted',
  stopped: 'stopped by itself',
  interrupted: 'was interrupted',
} as const satisfies Record<ReplayRun['state'], string>;

const isAway = (error: unknown) => error instanceof OpsProblem && error.exit === 'unreachable';
