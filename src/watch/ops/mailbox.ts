import type { MailboxDetail, MailboxPage } from '../shapes/mailboxes.ts';
import { rowsUpTo } from './ask.ts';
import { change } from './change.ts';
import { findOrder, orderPlace } from './find.ts';
import { age, counted, table, time } from './table.ts';
import { changeOptions, limitOption, verb, type Changing } from './verb.ts';

export const MAILBOX_VERBS = [
  verb<{ limit: number }>({
    call: 'ls',
    about: 'the orders whose events wait, longest waiting first',
    options: [limitOption()],
    act: async (session, _args, { limit }) => {
      const page = await rowsUpTo<MailboxPage>(session, '/mailboxes', {}, limit, 'mailboxes');
      session.show(page, mailboxesText(page));
    },
  }),
  verb({
    call: 'get <order>',
    about: 'the events that wait for an order',
    act: async (session, [typed = '']) => {
      const place = orderPlace('mailboxes', await findOrder(session, typed));
      const mailbox = await session.ask<MailboxDetail>(place);
      session.show(mailbox, mailboxText(mailbox));
    },
  }),
  verb<Changing>({
    call: 'wake <order>',
    about: 'has an order drained now',
    options: changeOptions(),
    act: async (session, [typed = ''], changing) => {
      const place = orderPlace('mailboxes', await findOrder(session, typed));
      await change(session, changing, {
        look: async () => {
          const shown = await session.ask<MailboxDetail>(place);
          const would = `${stateText(shown)} A drain job would be made for it.`;
          return { would, refused: null, shown };
        },
        act: (reason) => session.send(`${place}/wake`, { reason }),
      });
    },
  }),
];

function mailboxesText({ mailboxes, total, cursor }: MailboxPage): string {
  if (total === 0) return 'Nothing waits.';
  const rows = mailboxes.map((mailbox) => [
    mailbox.order,
    mailbox.waitingEvents,
    age(mailbox.waitedMs),
    mailbox.due ? 'due' : 'no job: the sweeper makes one within 10 s',
  ]);
  const more = cursor === null ? '' : `\n… ${total - mailboxes.length} more`;
  return `${counted(total, 'order')} waiting.\n\n${table(rows, ['order', 'events', 'waits for', 'job'])}${more}`;
}

function mailboxText(mailbox: MailboxDetail): string {
  const rows = mailbox.events.map((event) => [
    time(event.receivedAt),
    event.topic,
    event.event.slice(0, 12),
    event.webhookId,
    `${event.bodyBytes} B`,
    event.unreadable,
  ]);
  return `${stateText(mailbox)}\n\n${table(rows)}`;
}

function stateText({ order, waitingEvents, waitedMs, due }: MailboxDetail): string {
  const job = due ? 'a drain job is due' : 'no drain job is due';
  return `${counted(waitingEvents, 'event')} waiting for ${order}, the oldest for ${age(waitedMs)}; ${job}.`;
}
