import type { PipelineStage } from 'mongoose';
import { equals } from '../../persist/equals.ts';
import type { Grouping, Trait } from '../shapes/reports.ts';
import { GIVEN_BACK, OF_LINE, OF_ORDER, OF_REFUND, OF_REFUND_LINE } from './figures.ts';
import { GROUPS, splitBy } from './groups.ts';
import { isNumber, list, text, when, type Expression } from './values.ts';

/** What a report covers: orders and refunds from one instant (included) to another (not included). */
export interface Asked {
  shop?: string | readonly string[] | undefined;
  from: Date;
  until: Date;
  zone: string;
  by: Grouping;
  /** Only orders in this currency. */
  currency?: string | undefined;
  /** Only orders of this group. */
  of?: { by: Trait; group: string | null } | undefined;
}

/** Larger reports would not fit into an answer. One more group is read, to find out whether there are more. */
export const MOST_GROUPS = 10_000;

/** Orders that were created in the period, by group, currency and kind. */
export function salesPipeline(asked: Asked): PipelineStage[] {
  const { from, until, shop } = asked;
  const { isOfLines, splits, group } = groupingOf(asked, '$createdAt');
  const figures = isOfLines ? OF_LINE : OF_ORDER;
  return [
    { $match: { ...equals({ shop }), createdAt: { $gte: from, $lt: until }, deletedAt: null } },
    ...(isOfLines ? LINES_APART : []),
    ...splits,
    ...selected(asked, group),
    {
      $group: {
        _id: keyOf(asked, group),
        ...nameOf(asked),
        orders: { $sum: isOfLines ? '$isFirst' : 1 },
        cancelled: { $sum: when({ $eq: [{ $type: '$cancelledAt' }, 'date'] }, isOfLines ? '$isFirst' : 1) },
        unbalanced: { $sum: when({ $ne: ['$salesDifference', 0] }, 1) },
        ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, { $sum: value }])),
      },
    },
    { $limit: MOST_GROUPS + 1 },
  ];
}

/** Refunds in the period, whenever their orders were created. */
export function returnsPipeline(asked: Asked): PipelineStage[] {
  const { from, until, shop } = asked;
  const period = { $gte: from, $lt: until };
  const { isOfLines, splits, group } = groupingOf(asked, '$refund.processedAt');
  return [
    {
      $match: {
        ...equals({ shop }),
        // The first names the index, which only has orders with refunds; the second limits both ends of its range.
        'refunds.processedAt': period,
        refunds: { $elemMatch: { processedAt: period } },
        deletedAt: null,
      },
    },
    { $unwind: { path: '$refunds' } },
    { $match: { 'refunds.processedAt': period, 'refunds.removed': { $ne: true } } },
    { $set: { refund: '$refunds', lines: list('$lines'), refundLines: list('$refunds.lines') } },
    { $set: { giftLines: giftLines() } },
    ...(isOfLines ? OF_REFUND_LINE : OF_REFUND),
    ...splits,
    ...selected(asked, group),
    { $group: { _id: keyOf(asked, group), ...nameOf(asked), ...sums(GIVEN_BACK) } },
    { $limit: MOST_GROUPS + 1 },
  ];
}

/** A report has one currency for each row. An order without its figures was stored by an earlier version, or is damaged. */
function keyOf({ by }: Asked, group: Expression) {
  const isSound = { $and: [{ $ne: [text('$currency'), null] }, isNumber('$grossSales')] };
  return {
    group: by === 'order' ? '$_id' : group,
    currency: text('$currency'),
    kind: when(isSound, when({ $eq: ['$test', true] }, 'test', 'live'), 'unreadable'),
  };
}

function groupingOf({ by, of, zone }: Asked, at: string) {
  const trait = GROUPS[of?.by ?? by];
  return {
    isOfLines: (of?.by ?? by) === 'sku',
    splits: trait.splits ? splitBy(trait.splits) : [],
    group: trait.value(at, zone),
  };
}

/** One document for each line. An order with two lines of one SKU counts once. */
const LINES_APART: PipelineStage[] = [
  { $set: { lines: list('$lines') } },
  { $set: { skus: { $map: { input: '$lines', as: 'each', in: text('$$each.sku') } } } },
  { $unwind: { path: '$lines', includeArrayIndex: 'at' } },
  {
    $set: {
      line: '$lines',
      isFirst: when({ $eq: ['$at', { $indexOfArray: ['$skus', text('$lines.sku')] }] }, 1),
    },
  },
];

function giftLines(): Expression {
  const gifts = { $filter: { input: '$lines', as: 'each', cond: { $eq: ['$$each.giftCard', true] } } };
  return { $map: { input: gifts, as: 'each', in: '$$each.id' } };
}

/** Keeps only what was requested. */
function selected({ of, currency }: Asked, group: Expression): PipelineStage[] {
  return [
    ...(of ? [{ $match: { $expr: { $eq: [group, { $literal: of.group }] } } }] : []),
    ...(currency === undefined ? [] : [{ $match: equals({ currency }) }]),
  ];
}

function nameOf({ by }: Asked) {
  return by === 'order' ? { name: { $first: text('$name') } } : {};
}

function sums(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { $sum: `$${name}` }]));
}
