import { Option } from 'commander';
import type {
  Destination,
  DestinationAnswer,
  DestinationList,
  DestinationTested,
} from '../operate/shapes/destinations.ts';
import type { Preview } from '../operate/shapes/preview.ts';
import { placeOf } from './ask.ts';
import { changeShowing } from './change.ts';
import { COMPARISON_VERBS } from './destination-comparison.ts';
import { changesText, readSettings } from './destination-file.ts';
import {
  destinationText,
  destinationsText,
  previewText,
  secretText,
  testedText,
} from './destination-text.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { counted } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

const fromOption = (about: string) => new Option('--from <time>', about);

const placeFor = (name: string) => placeOf('destinations', name);
const saidOf =
  (name: string) =>
  ({ did }: { did: string }) =>
    `Destination ${name}: ${did}`;

/** The command `pause` or `resume`. */
const turning = (way: 'pause' | 'resume', about: string, would: string) =>
  verb<Changing>({
    call: `${way} <name>`,
    about,
    options: changeOptions(),
    act: async (session, [name = ''], changing) => {
      const proposed = {
        look: async () => wouldBe(await session.ask(placeFor(name)), would),
        act: (reason: string) => session.send<DestinationAnswer>(`${placeFor(name)}/${way}`, { reason }),
      };
      await changeShowing(session, changing, proposed, saidOf(name));
    },
  });

export const DESTINATION_VERBS = [
  verb({
    call: 'ls',
    isDefault: true,
    about: 'List destinations with their open effects',
    act: async (session) => {
      const list = await session.ask<DestinationList>('/destinations');
      session.show(list, destinationsText(list));
    },
  }),
  verb({
    call: 'show <name>',
    about: 'Show a destination: its settings, and its open effects',
    act: async (session, [name = '']) => {
      const destination = await session.ask<Destination>(placeFor(name));
      session.show(destination, destinationText(destination));
    },
  }),
  verb<Changing & { file: string; from?: string }>({
    call: 'put <name>',
    about: 'Add or change a destination; prints a secret that was made, once',
    options: [
      new Option(
        '--file <json>',
        'Its settings; - for stdin; others get their defaults',
      ).makeOptionMandatory(),
      fromOption('Of a new one: send the history first, from "beginning" or a time: 2026-11-20T10:00:00Z'),
      ...changeOptions(),
    ],
    act: (session, [name = ''], { file, from, ...changing }) =>
      put(session, name, { ...readSettings(file), ...(from !== undefined && { from }) }, changing),
  }),
  verb<Changing & { from: string; rate?: string }>({
    call: 'backfill <name>',
    about: 'Send the history of all orders to a destination; what it has got is not sent again',
    options: [
      fromOption('"beginning", or a time: 2026-11-20T10:00:00Z').makeOptionMandatory(),
      new Option('--rate <orders>', 'Orders per second, from now on (default: its backfillRate)'),
      ...changeOptions(),
    ],
    act: (session, [name = ''], { from, rate, ...changing }) => {
      const asked = { from, ...(rate !== undefined && { rate: Number(rate) }) };
      return backfill(session, name, asked, changing);
    },
  }),
  verb<{ file: string; limit: string }>({
    call: 'preview',
    about:
      'Show what a destination would be sent for the newest changes, customer data masked; sends nothing',
    options: [
      new Option('--file <json>', 'Its settings; - for stdin').makeOptionMandatory(),
      new Option('--limit <changes>', 'How many changes, at most 20').default('10'),
    ],
    act: async (session, _args, { file, limit }) => {
      const { on, shops, filter, transform } = readSettings(file) as Record<string, unknown>;
      const asked = { on, shops, filter, transform, limit: Number(limit) };
      const answer = await session.send<Preview>('/destinations/preview', asked);
      session.show(answer, previewText(answer));
    },
  }),
  turning('pause', 'Pause a destination: its effects wait', 'It would be paused. Its effects would wait.'),
  turning('resume', 'Resume a destination', 'It would resume. Waiting effects would be sent.'),
  verb<Changing>({
    call: 'test <name>',
    about: 'Send a signed sample to a destination, and show its answer',
    options: changeOptions(),
    act: (session, [name = ''], changing) => sendSample(session, name, changing),
  }),
  ...COMPARISON_VERBS,
  verb<Changing>({
    call: 'rm <name>',
    about: 'Delete a destination; effects that were not sent are skipped',
    options: changeOptions(),
    act: (session, [name = ''], changing) => remove(session, name, changing),
  }),
];

async function put(session: Session, name: string, settings: object, changing: Changing): Promise<void> {
  const proposed = {
    look: async () => {
      const shown = await known(session, name);
      return { would: changesText(name, settings, shown), refused: null, shown };
    },
    act: (reason: string) => session.send<DestinationAnswer>(placeFor(name), { ...settings, reason }, 'PUT'),
  };
  await changeShowing(session, changing, proposed, (done) =>
    [saidOf(name)(done), ...secretText(done)].join('\n'),
  );
}

async function backfill(
  session: Session,
  name: string,
  asked: { from: string; rate?: number },
  changing: Changing,
): Promise<void> {
  const proposed = {
    look: async () =>
      wouldBe(
        await session.ask(placeFor(name)),
        `Changes since ${asked.from} would be sent to it, if it has not got them.`,
      ),
    act: (reason: string) =>
      session.send<DestinationAnswer>(`${placeFor(name)}/backfill`, { ...asked, reason }),
  };
  await changeShowing(session, changing, proposed, saidOf(name));
}

async function sendSample(session: Session, name: string, changing: Changing): Promise<void> {
  const proposed = {
    look: async () => wouldBe(await session.ask(placeFor(name)), 'A sample would be sent to it.'),
    act: async (reason: string) => {
      const tested = await session.send<DestinationTested>(`${placeFor(name)}/test`, { reason });
      if (tested.outcome !== 'done') session.endAs('refused');
      return tested;
    },
  };
  await changeShowing(session, changing, proposed, testedText);
}

async function remove(session: Session, name: string, changing: Changing): Promise<void> {
  const proposed = {
    look: async () => {
      const shown = await session.ask<Destination>(placeFor(name));
      const { waiting, failing, inDoubt, parked } = shown.open;
      const open = counted(waiting + failing + inDoubt + parked, 'open effect');
      return wouldBe(shown, `It would be deleted, and ${open} skipped.`);
    },
    act: (reason: string) => session.send<{ did: string }>(placeFor(name), { reason }, 'DELETE'),
  };
  await changeShowing(session, changing, proposed, saidOf(name));
}

function wouldBe(shown: Destination, would: string) {
  return { would: `${destinationText(shown)}\n\n${would}`, refused: null, shown };
}

/** Null: it would be added. */
async function known(session: Session, name: string): Promise<Destination | null> {
  try {
    return await session.ask<Destination>(placeFor(name));
  } catch (error) {
    if (error instanceof OpsProblem && error.status === 404) return null;
    throw error;
  }
}
