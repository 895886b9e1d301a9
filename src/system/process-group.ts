import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from './backoff.ts';
import { Fault } from './errors.ts';
import type { Component } from './lifecycle.ts';
import type { Logger } from './log.ts';

interface GroupOptions {
  /** How many processes. */
  count: number;
  /** Each process has health and metrics of its own, on this port and the ones after it. */
  adminPort: number;
  log: Logger;
}

/** One of the processes. */
interface Member {
  child: ChildProcess;
  /** Rejects if the process ends before it has started. */
  started: Promise<void>;
  /** Resolves to how it ended. */
  ended: Promise<string>;
}

/** The argument of each process of a group. */
const MEMBER = 'one-of-several';

/** Whether this is one of a group's processes. Then others listen on the program's port, too. */
export const isMember = process.argv[2] === MEMBER;

/**
 * Runs a program in several processes, because a process uses one core. This process is their parent: it only starts
 * them, restarts one that dies, and stops them. If the parent dies, they stop, too.
 *
 * They share the program's port: the operating system gives each connection to one of them, and closes the connections
 * of one that dies. With node:cluster, a connection that the parent hands to a dying process is never closed, and its
 * sender waits for an answer that never comes.
 */
export function processGroup({ count, adminPort, log }: GroupOptions): Component {
  const members: Member[] = [];
  let stopping = false;

  const startMember = (place: number): Promise<void> => {
    const member = startProcess({ ADMIN_PORT: String(adminPort + place) });
    members[place] = member;
    return member.started;
  };
  const keepRunning = async (place: number): Promise<void> => {
    for (let failures = 0; ;) {
      const because = await members[place]!.ended;
      if (stopping) return;
      log.error({ adminPort: adminPort + place, because }, 'a process ended; it is started again');
      await sleep(backoffMs(failures + 1));
      if (stopping) return;
      failures = await startMember(place).then(
        () => 0,
        () => failures + 1,
      );
    }
  };

  return {
    name: 'processes',
    start: async () => {
      const places = Array.from({ length: count }, (_, place) => place);
      await Promise.all(places.map(startMember));
      for (const place of places) void keepRunning(place);
      log.info({ processes: count }, 'processes started');
    },
    stop: async () => {
      stopping = true;
      for (const { child } of members) child.kill('SIGTERM');
      await Promise.all(members.map(({ ended }) => ended));
    },
  };
}

/** Tells the group that this process has started. */
export function tellStarted(): void {
  if (isMember) process.send?.('started');
}

function startProcess(env: NodeJS.ProcessEnv): Member {
  // Detached: Ctrl-C in a terminal reaches only us, and we stop them. They also stop if their channel to us closes.
  const child = fork(process.argv[1]!, [MEMBER], { env: { ...process.env, ...env }, detached: true });
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal ? `ended by ${String(signal)}` : `exit code ${String(code)}`,
  );
  const endsFirst = ended.then((how) => {
    throw new Fault('not_started', `one of its processes ended (${how}); its own message says why`);
  });
  const started = Promise.race([once(child, 'message').then(() => undefined), endsFirst]);
  // If it ends later, nothing waits for its start any more.
  endsFirst.catch(() => undefined);
  return { child, started, ended };
}
