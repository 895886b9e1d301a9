import type { Page } from 'playwright-core';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';

type Figures = Record<string, string>;

interface PageFigures {
  place: string;
  shown: (page: Page) => Promise<Figures>;
  /** The same figure in the status. */
  told: (status: SystemStatus) => Figures;
}

/** Every figure of the pages that is also in the status. */
export const FIGURES: readonly PageFigures[] = [
  {
    place: '/',
    shown: async (page) => ({
      sentence: withoutSpans(await page.locator('.sentence').innerText()),
      ...(await cardsOf(page)),
    }),
    told: (status) => ({
      sentence: withoutSpans(status.sentence),
      accepted: status.accepted === null ? 'unknown' : `${written(status.accepted)} accepted`,
      'Waiting events': written(status.waitingEvents),
      'Locks held': written(status.locksHeld),
      'Parked events': written(status.parked),
      Duplicates: written(status.duplicates),
      'Spooled events': written(status.spooled),
      'Drain jobs active': written(status.queues?.active),
      Workers: written(status.workers),
      Redis: upOrDown(status.redis),
      MongoDB: upOrDown(status.mongodb),
    }),
  },
  {
    place: '/queues',
    shown: async (page) => {
      const rows = await rowsOf(page, 'Queues, one per partition');
      const sums = Object.entries(QUEUE_SUMS).map(([head, name]) => [name, sumOf(rows, head)]);
      const paused = rows.filter(({ State }) => State === 'paused').map(({ Queue }) => Queue);
      return { ...(Object.fromEntries(sums) as Figures), paused: paused.join() };
    },
    told: ({ queues, waitingOrders, waitingEvents, workers, pausedQueues }) => ({
      active: written(queues?.active),
      waiting: written(queues?.waiting),
      delayed: written(queues?.delayed),
      failed: written(queues?.failed),
      orders: written(waitingOrders),
      events: written(waitingEvents),
      workers: written(workers),
      paused: (pausedQueues ?? []).join(),
    }),
  },
  {
    place: '/shops',
    shown: async (page) => {
      const rows = await rowsOf(page, 'Shops, busiest first');
      return { accepted: sumOf(rows, 'Events in 24 h'), waiting: sumOf(rows, 'Waiting') };
    },
    told: ({ accepted, waitingEvents }) => ({ accepted: written(accepted), waiting: written(waitingEvents) }),
  },
  {
    place: '/mailboxes',
    shown: async (page) => {
      const rows = await rowsOf(page, 'Orders with waiting events, longest wait first');
      return {
        orders: written(rows.length),
        sentence: await sentenceOf(page),
        events: sumOf(rows, 'Events'),
      };
    },
    told: ({ waitingOrders, waitingEvents }) => ({
      orders: written(waitingOrders),
      sentence: `${written(waitingOrders)} orders have waiting events.`,
      events: written(waitingEvents),
    }),
  },
  {
    place: '/parked',
    shown: async (page) => {
      const rows = await rowsOf(page, 'Parked events by cause, largest first');
      const beside = await page.getByRole('link', { name: /^Parked/ }).innerText();
      return { events: sumOf(rows, 'Events'), navigation: digitsIn(beside) };
    },
    told: ({ parked }) => ({ events: written(parked), navigation: written(parked) }),
  },
  {
    place: '/locks',
    shown: async (page) => ({ locks: written((await rowsOf(page, 'Locks held')).length) }),
    told: ({ locksHeld }) => ({ locks: written(locksHeld) }),
  },
];

const QUEUE_SUMS = {
  'Jobs active': 'active',
  Waiting: 'waiting',
  Delayed: 'delayed',
  Failed: 'failed',
  'Orders waiting': 'orders',
  'Events waiting': 'events',
  Workers: 'workers',
} as const;

/** Cards whose figures the status does not have: they are of the last second. */
const RATES = ['Accepted / s', 'Processed / s', 'Ack p99'];

async function cardsOf(page: Page): Promise<Figures> {
  const texts = await page.locator('.stat-card').allInnerTexts();
  const cards = texts.map((text) => text.split(/\n+/).map((line) => line.trim()));
  const accepted = cards.find(([label]) => label === 'Accepted / s')?.[2] ?? '';
  const figures = cards.filter(([label = '']) => !RATES.includes(label));
  return { accepted, ...Object.fromEntries(figures.map(([label = '', value = '']) => [label, value])) };
}

/** A table's rows, by its column headers. */
async function rowsOf(page: Page, label: string): Promise<Figures[]> {
  const table = page.getByRole('region', { name: label });
  const heads = await table.locator('th').allInnerTexts();
  const rows = await table.locator('tbody tr').all();
  return await Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator('td').allInnerTexts();
      return Object.fromEntries(heads.map((head, at) => [head, (cells[at] ?? '').trim()]));
    }),
  );
}

function sumOf(rows: readonly Figures[], head: string): string {
  return written(rows.reduce((sum, row) => sum + Number((row[head] ?? '').replaceAll(',', '')), 0));
}

/** Durations grow from one reading to the next; a link follows the sentence. */
const withoutSpans = (sentence: string) =>
  sentence
    .replace(/Details$/, '')
    .replace(/\d+(\.\d+)? (s|min|h)\b/, '…')
    .trim();

const sentenceOf = (page: Page) => page.locator('.page-title > div').innerText();

const upOrDown = ({ state }: { state: 'up' | 'away' }) => (state === 'up' ? 'up' : 'down');

const digitsIn = (text: string) => text.replaceAll(/\D/g, '');

/** As shown: 12,345; and – if unknown. */
function written(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toLocaleString('en');
}
