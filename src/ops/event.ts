import { Option } from 'commander';
import type { EventDetail } from '../operate/shapes/events.ts';
import { placeOf, queryOf } from './ask.ts';
import { OpsProblem } from './exit.ts';
import { findEvent } from './find.ts';
import { facts, time } from './table.ts';
import { reasonOption, verb } from './verb.ts';

interface EventOptions {
  payload?: true;
  unmask?: true;
  reason?: string;
}

export const EVENT_VERBS = [
  verb<EventOptions>({
    call: 'event <event>',
    about: 'Show a processed event, by its hash or at least its first 4 digits',
    options: [
      new Option('--payload', 'Include the body, with customer data masked'),
      new Option('--unmask', 'Include the unmasked body; requires --reason'),
      reasonOption(),
    ],
    act: async (session, [typed = ''], { payload, unmask, reason }) => {
      if (unmask && !reason)
        throw new OpsProblem('usage', '--unmask requires --reason (it is recorded in the audit log)');
      if (reason && !unmask) throw new OpsProblem('usage', '--reason is only valid with --unmask');
      const place = placeOf('events', await findEvent(session, typed));
      const detail = await session.ask<EventDetail>(
        place + queryOf({ payload: payload || unmask ? '1' : undefined, reason }),
      );
      session.show(detail, eventText(detail));
    },
  }),
];

function eventText(event: EventDetail): string {
  const rows = facts([
    ['event', event.event],
    ['order', event.order],
    ['topic', event.topic],
    ['outcome', event.outcome],
    ['reason', event.because],
    ...event.notes.map((note) => ['note', note] as const),
    ['sequence', event.sequence],
    ['webhook id', event.webhookId],
    ['occurred', time(event.occurredAt)],
    ['triggered', event.triggeredAt],
    ['received', time(event.receivedAt)],
    ['locked', time(event.lockedAt)],
    ['worker', event.worker],
    ['processed', time(event.appliedAt)],
    ['duplicates', event.duplicates],
    ...event.earlier.map(
      ({ outcome, because, at }) => ['earlier', `${outcome} at ${time(at)} ${because ?? ''}`] as const,
    ),
  ]);
  const head = `${event.topic} for ${event.order}: ${event.outcome}.`;
  return [head, '', rows, ...bodyLines(event)].join('\n');
}

function bodyLines({ payload, payloadBase64, payloadBytes, masked }: EventDetail): string[] {
  const body = payload ?? payloadBase64;
  const size = `body, ${payloadBytes ?? '?'} bytes`;
  if (body !== undefined)
    return [
      '',
      `${size}${masked ? ', customer data masked' : ''}${payload === undefined ? ', in base64' : ''}:`,
      body,
    ];
  return payloadBytes === undefined
    ? []
    : ['', `${size}: not JSON, so it cannot be masked; use --unmask to show it`];
}
