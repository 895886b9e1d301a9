import { Option } from 'commander';
import type { ParkedEvent, ParkedGroups, ParkedPage } from '../operate/shapes/parked.ts';
import { placeOf } from './ask.ts';
import { reasonToAct, showCounted, TO_COUNT } from './change.ts';
import { findEvent } from './find.ts';
import { abortReplay, replay } from './replay.ts';
import { rowsUpTo } from './rows.ts';
import { selectionOf, selectionOptions, type Selecting } from './selection.ts';
import { counted, facts, table, time } from './table.ts';
import {
  changeOptions,
  limitOption,
  reasonOption,
  shopOption,
  topicOption,
  verb,
  wholeNumber,
  type Changing,
} from './verb.ts';

export const PARKED_VERBS = [
  verb<{ cause?: string; topic?: string; shop?: string; events?: true; limit: number }>({
    call: 'ls',
    about: 'List parked events, grouped by cause, topic, and shop; with a filter, one by one',
    options: [
      new Option('--cause <cause>', 'Filter by cause (exact match)'),
      topicOption(),
      shopOption(),
      new Option('--events', 'List the events one by one, newest first'),
      limitOption(),
    ],
    act: async (session, _args, { events, limit, cause, topic, shop }) => {
      if (events || cause || topic || shop) {
        const page = await rowsUpTo<ParkedPage>(session, '/parked', { cause, topic, shop }, limit, 'parked');
        session.show(page, parkedText(page));
      } else {
        const groups = await session.ask<ParkedGroups>('/parked/groups');
        session.show(groups, groupsText(groups));
      }
    },
  }),
  verb({
    call: 'show <event>',
    about: 'Show a parked event and why it was parked',
    act: async (session, [typed = '']) => {
      const event = await session.ask<ParkedEvent>(placeOf('parked', await findEvent(session, typed)));
      session.show(event, oneText(event));
    },
  }),
  verb<Selecting & Changing & { rate: number }>({
    call: 'replay [events...]',
    about: 'Put parked events back into their mailboxes, and wait for their outcomes',
    options: [
      ...selectionOptions(),
      ...changeOptions(),
      new Option('--rate <events>', 'Events per second').argParser(wholeNumber(1, 1000)).default(20),
    ],
    act: async (session, events, { rate, ...options }) => {
      const reason = reasonToAct(options);
      const which = await selectionOf(session, events, options);
      await replay(session, { which, rate }, reason);
    },
  }),
  verb<{ reason: string }>({
    call: 'abort <replay>',
    about: 'Stop a replay immediately; events not yet put back stay parked',
    options: [reasonOption().makeOptionMandatory()],
    act: (session, [id = ''], { reason }) => abortReplay(session, id, reason),
  }),
  verb<Selecting & Changing>({
    call: 'discard [events...]',
    about: 'Discard parked events; they will never be applied',
    options: [...selectionOptions(), ...changeOptions()],
    act: async (session, events, options) => {
      const reason = reasonToAct(options);
      const which = await selectionOf(session, events, options);
      const request = { which, reason: reason ?? TO_COUNT, dryRun: reason === null };
      const answer = await session.send<{ events: number } | { discarded: number; did: string }>(
        '/parked/discards',
        request,
      );
      if ('did' in answer) session.show(answer, answer.did);
      else showCounted(session, { events: answer.events }, { what: 'parked event', done: 'discarded' });
    },
  }),
];

function groupsText({ groups, events, whole }: ParkedGroups): string {
  if (events === 0) return 'No parked events.';
  const rows = groups.map((group) => [
    group.events,
    group.topic,
    group.shop,
    time(group.firstAt),
    time(group.lastAt),
    group.sample.slice(0, 12),
    group.cause,
  ]);
  const head = ['events', 'topic', 'shop', 'first', 'last', 'newest', 'cause'];
  const title = `${counted(events, 'parked event')}${whole ? '' : ' and more'}, in ${counted(groups.length, 'group')}`;
  return `${title} by cause, topic, and shop.\n\n${table(rows, head)}`;
}

function parkedText({ parked, cursor }: ParkedPage): string {
  if (parked.length === 0) return 'No parked events match.';
  const rows = parked.map((each) => [
    time(each.lastAt),
    each.event.slice(0, 12),
    each.topic,
    each.order,
    each.error,
  ]);
  const more = cursor === null ? '' : '\n… older events: use --limit';
  return `${counted(parked.length, 'parked event')}${cursor === null ? '' : ' and more'}, newest first.\n\n${table(rows)}${more}`;
}

function oneText(event: ParkedEvent): string {
  const rows = facts([
    ['event', event.event],
    ['order', event.order],
    ['topic', event.topic],
    ['webhook id', event.webhookId],
    ['received', time(event.receivedAt)],
    ['error', event.error],
    ['cause', event.cause],
    ['attempts', event.attempts],
    ['first parked', time(event.firstAt)],
    ['last parked', time(event.lastAt)],
    ['replays', event.replays],
  ]);
  return `${event.topic} for ${event.order} is ${event.state}: ${event.error}\n\n${rows}`;
}
