import type { MailboxDetail, MailboxPage } from '../operate/shapes/mailboxes.ts';
import { change } from './change.ts';
import { findOrder, orderPlace } from './find.ts';
import { rowsUpTo } from './rows.ts';
import { age, counted, table, time } from './table.ts';
import { changeOptions, limitOption, verb, type Changing } from './verb.ts';

export const MAILBOX_VERBS = [
  verb<{ limit: number }>({
    call: 'ls',
    about: 'List orders with waiting events, longest waiting first',
    options: [limitOption()],
    act: async (session, _args, { limit }) => {
      const page = await rowsUpTo<MailboxPage>(session, '/mailboxes', {}, limit, 'mailboxes');
      session.show(page, mailboxesText(page));
    },
  }),
  verb({
    call: 'get <order>',
    about: "List an order's waiting events",
    act: async (session, [typed = '']) => {
      const place = orderPlace('mailboxes', await findOrder(session, typed));
      const mailbox = await session.ask<MailboxDetail>(place);
      session.show(mailbox, mailboxText(mailbox));
    },
  }),
  verb<Changing>({
    call: 'wake <order>',
    about: 'Add a drain job for an order now',
    options: changeOptions(),
    act: async (session, [typed = ''], changing) => {
      const place = orderPlace('mailboxes', await findOrder(session, typed));
      await change(session, changing, {
        look: async () => {
          const shown = await session.ask<MailboxDetail>(place);
          const added = shown.due ? 'another drain job' : 'a drain job';
          const would = `Waking the order would add ${added}. Now: ${stateText(shown)}`;
          return { would, refused: null, shown };
        },
        act: (reason) => session.send(`${place}/wake`, { reason }),
      });
    },
  }),
];

function mailboxesText({ mailboxes, total, cursor }: MailboxPage): string {
  if (total === 0) return 'No waiting events.';
  const rows = mailboxes.map((mailbox) => [
    mailbox.order,
    mailbox.waitingEvents,
    age(mailbox.waitedMs),
    mailbox.due ? 'scheduled' : 'none: the sweeper creates one within 10 s',
  ]);
  const more = cursor === null ? '' : `\n… ${total - mailboxes.length} more: use --limit`;
  const head = ['order', 'events', 'oldest wait', 'drain job'];
  return `${counted(total, 'order')} with waiting events.\n\n${table(rows, head)}${more}`;
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
  const job = due ? 'a drain job is scheduled' : 'no drain job is scheduled';
  return `${counted(waitingEvents, 'event')} waiting for ${order}, the oldest for ${age(waitedMs)}; ${job}.`;
}
