import type { CompletenessDocument } from '../../persist/completeness-schema.ts';
import type { Completeness } from '../shapes/completeness.ts';

export function completenessView(record: CompletenessDocument): Completeness {
  const { _id: id, shop, from, to, who, reason, state, days, found, daysNotListed } = record;
  const text = (at: Date | null | undefined) => at?.toISOString() ?? null;
  return {
    id,
    shop,
    from,
    to,
    who,
    reason,
    state,
    ...numbersOf(record),
    zone: record.zone ?? null,
    askedAt: record.askedAt.toISOString(),
    startedAt: text(record.startedAt),
    endedAt: text(record.endedAt),
    comparedAt: text(record.comparedAt),
    isComplete: state === 'done' ? days.length === 0 : null,
    days: days.map(({ day, here, atShopify }) => ({ day, here, atShopify })),
    found: found.map(({ order, day, what }) => ({ order, day, what })),
    daysNotListed,
    reconcileSince: text(days.find(({ here, atShopify }) => here < atShopify)?.startsAt),
    sentence: sentenceOf(record),
    because: record.because ?? null,
  };
}

const NUMBERS = ['here', 'atShopify', 'deletedHere', 'testHere', 'testAtShopify'] as const;

function numbersOf(record: CompletenessDocument): Pick<Completeness, (typeof NUMBERS)[number]> {
  const { here, atShopify, deletedHere, testHere, testAtShopify } = record;
  return {
    here: here ?? null,
    atShopify: atShopify ?? null,
    deletedHere: deletedHere ?? null,
    testHere: testHere ?? null,
    testAtShopify: testAtShopify ?? null,
  };
}

function sentenceOf({ from, to, here, atShopify, comparedAt, days, state, because }: CompletenessDocument) {
  const period = periodOf(from, to);
  if (state === 'failed') return `${period}: not compared: ${because ?? 'no reason given'}`;
  if (here === null || atShopify === null || !comparedAt) return `${period}: not compared yet`;
  const at = `${comparedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const numbers = `${ordersOf(here)} here, ${figure(atShopify)} at Shopify`;
  const different =
    days.length === 0 ? '' : `, different on ${days.length === 1 ? '1 day' : `${days.length} days`}`;
  return `${period}: ${numbers}${different}, compared on ${at}`;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** `1–31 October 2026`, `30 September – 2 October 2026` */
function periodOf(from: string, to: string): string {
  if (from === to) return DAY.format(Date.parse(from));
  const range = DAY.formatRange(Date.parse(from), Date.parse(to)).replaceAll(/\s/g, ' ');
  return range.replace(/^(\d{1,2}) – /, '$1–');
}

function figure(count: number): string {
  return count.toLocaleString('en');
}

function ordersOf(count: number): string {
  return count === 1 ? '1 order' : `${figure(count)} orders`;
}
