import type { PipelineStage } from 'mongoose';
import type { Grouping } from '../shapes/reports.ts';
import { dateText, list, text, type Expression } from './values.ts';

/** How a report groups orders and refunds. */
interface Group {
  /** The group of an order, or of a refund with its order; both are text or null. */
  value: (at: string, zone: string) => Expression;
  /** An order may be in several groups, one for each item of a list. */
  splits?: 'tags' | 'discountCodes';
}

const byTime = (format: string): Group => ({ value: (at, zone) => dateText(at, format, zone) });
const byField = (field: string): Group => ({ value: () => text(field) });

/** Sums over rows are right only if each order is in one group. */
export const OVERLAPPING: ReadonlySet<Grouping> = new Set(['tag', 'discount', 'sku']);

export const GROUPS: Record<Grouping, Group> = {
  day: byTime('%Y-%m-%d'),
  week: byTime('%G-W%V'),
  month: byTime('%Y-%m'),
  shop: byField('$shop'),
  currency: byField('$currency'),
  channel: byField('$sourceName'),
  country: byField('$shippingCountry'),
  region: {
    value: () => ({ $concat: [text('$shippingCountry'), '-', text('$shippingRegion')] }),
  },
  discount: { ...byField('$discountCodes'), splits: 'discountCodes' },
  tag: { ...byField('$tags'), splits: 'tags' },
  sku: byField('$line.sku'),
  order: byField('$_id'),
};

/** Each item of the list once, or null if there is none. */
export function splitBy(field: 'tags' | 'discountCodes'): PipelineStage[] {
  return [
    { $set: { [field]: { $setUnion: [list(`$${field}`), []] } } },
    { $unwind: { path: `$${field}`, preserveNullAndEmptyArrays: true } },
  ];
}
