import { Option } from 'commander';
import type { Lock, LockList } from '../shapes/locks.ts';
import { change } from './change.ts';
import { findOrder, orderPlace } from './find.ts';
import { age, counted, facts, table } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

export const LOCK_VERBS = [
  verb({
    call: 'ls',
    about: 'the locks that are held, longest first',
    act: async (session) => {
      const list = await session.ask<LockList>('/locks');
      session.show(list, locksText(list));
    },
  }),
  verb({
    call: 'get <order>',
    about: "who holds an order's lock",
    act: async (session, [typed = '']) => {
      const lock = await session.ask<Lock>(orderPlace('locks', await findOrder(session, typed)));
      session.show(lock, lockText(lock));
    },
  }),
  verb<Changing & { token: string; insist?: true }>({
    call: 'release <order>',
    about: 'takes the lock from its holder, if that still is who was shown',
    options: [
      new Option('--token <token>', 'of the lock, as `lock get` showed it').makeOptionMandatory(),
      ...changeOptions(),
      new Option('--insist', 'also from a holder that is alive'),
    ],
    act: async (session, [typed = ''], { token, insist = false, ...changing }) => {
      const place = orderPlace('locks', await findOrder(session, typed));
      await change(session, changing, {
        look: async () => {
          const shown = await session.ask<Lock>(place);
          const would = `${lockText(shown)}\n\nThe lock would be taken from its holder; a late commit of it is refused.`;
          return { would, refused: refusedUnless(shown, token, insist), shown };
        },
        act: (reason) => session.send(`${place}/release`, { token, reason, insist }),
      });
    },
  }),
];

function refusedUnless(lock: Lock, token: string, insist: boolean): string | null {
  if (lock.token !== token) return 'the holder is another than that of the token given';
  return lock.holder.alive && !insist ? 'the holder is alive; that needs --insist' : null;
}

function locksText({ locks, looked }: LockList): string {
  if (locks.length === 0)
    return `No lock is held; looked at ${counted(looked, 'order')}. Normal when nothing waits.`;
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
  const head = ['order', 'holder', 'alive', 'held for', 'ttl left', 'extended', 'waiting', 'token'];
  return `${counted(locks.length, 'lock')} held.\n\n${table(rows, head)}`;
}

function lockText(lock: Lock): string {
  const head = `${lock.order} is locked by ${lock.holder.program ?? 'who does not say who it is'} for ${age(lock.ageMs)}.`;
  const rows = facts([
    ['holder', lock.holder.program],
    ['job', lock.holder.job],
    ['alive', aliveText(lock)],
    ['held since', lock.heldSince],
    ['ttl left', age(lock.ttlLeftMs)],
    ['extended', lock.extensions === null ? '?' : counted(lock.extensions, 'time')],
    ['waiting', counted(lock.waitingEvents, 'event')],
    ['oldest wait', lock.oldestWaitMs === null ? '-' : age(lock.oldestWaitMs)],
    ['token', lock.token],
  ]);
  return `${head}\n\n${rows}`;
}

function aliveText({ holder: { alive, lastHeardMs } }: Lock): string {
  if (alive === null) return 'not known';
  if (alive) return 'yes';
  return lastHeardMs === null ? 'NO' : `NO, heard ${age(lastHeardMs)} ago`;
}
