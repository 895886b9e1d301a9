import { Option } from 'commander';
import type { Lock, LockList } from '../operate/shapes/locks.ts';
import { change } from './change.ts';
import { findOrder, orderPlace } from './find.ts';
import { age, counted, facts, table } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

export const LOCK_VERBS = [
  verb({
    call: 'ls',
    about: 'List held locks, longest held first',
    act: async (session) => {
      const list = await session.ask<LockList>('/locks');
      session.show(list, locksText(list));
    },
  }),
  verb({
    call: 'get <order>',
    about: "Show who holds an order's lock",
    act: async (session, [typed = '']) => {
      const lock = await session.ask<Lock>(orderPlace('locks', await findOrder(session, typed)));
      session.show(lock, lockText(lock));
    },
  }),
  verb<Changing & { token: string; insist?: true }>({
    call: 'release <order>',
    about: 'Release a lock if it is still held with the given token',
    options: [
      new Option(
        '--token <token>',
        'Lock token, as shown by `lock get`; put an API token before `lock`',
      ).makeOptionMandatory(),
      ...changeOptions(),
      new Option('--insist', 'Release the lock even if its holder is alive'),
    ],
    act: async (session, [typed = ''], { token, insist = false, ...changing }) => {
      const place = orderPlace('locks', await findOrder(session, typed));
      await change(session, changing, {
        look: async () => {
          const shown = await session.ask<Lock>(place);
          const would = `${lockText(shown)}\n\nThe lock would be released. Late commits by its holder would be refused.`;
          return { would, refused: refusedUnless(shown, token, insist), shown };
        },
        act: (reason) => session.send(`${place}/release`, { token, reason, insist }),
      });
    },
  }),
];

function refusedUnless(lock: Lock, token: string, insist: boolean): string | null {
  if (lock.token !== token) return 'the lock is now held with another token';
  const { alive } = lock.holder;
  if (alive === false || insist) return null;
  return `the holder ${alive ? 'is' : 'may be'} alive; add --insist to release the lock anyway`;
}

function locksText({ locks, looked }: LockList): string {
  if (locks.length === 0)
    return `No locks held (${counted(looked, 'order')} checked). This is normal if no events are waiting.`;
  const rows = locks.map((lock) => [
    lock.order,
    lock.holder.program,
    aliveText(lock),
    age(lock.ageMs),
    age(lock.ttlLeftMs),
    lock.extensions,
    lock.waitingEvents,
    lock.token,
  ]);
  const head = ['order', 'holder', 'alive', 'held for', 'expires in', 'extended', 'waiting', 'token'];
  return `${counted(locks.length, 'lock')} held.\n\n${table(rows, head)}`;
}

function lockText(lock: Lock): string {
  const head = `${lock.order} has been locked by ${lock.holder.program ?? 'an unknown holder'} for ${age(lock.ageMs)}.`;
  const rows = facts([
    ['holder', lock.holder.program],
    ['job', lock.holder.job],
    ['alive', aliveText(lock)],
    ['held since', lock.heldSince],
    ['expires in', age(lock.ttlLeftMs)],
    ['extended', lock.extensions === null ? '?' : counted(lock.extensions, 'time')],
    ['waiting', counted(lock.waitingEvents, 'event')],
    ['oldest wait', lock.oldestWaitMs === null ? '-' : age(lock.oldestWaitMs)],
    ['token', lock.token],
  ]);
  return `${head}\n\n${rows}`;
}

function aliveText({ holder: { alive, lastHeardMs } }: Lock): string {
  if (alive === null) return 'unknown';
  if (alive) return 'yes';
  return lastHeardMs === null ? 'NO' : `NO, last heartbeat ${age(lastHeardMs)} ago`;
}
