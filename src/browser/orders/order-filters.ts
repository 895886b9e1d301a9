import { browserZone } from '../text/days.ts';
import { useTime } from '../text/use-time.ts';
import { STATUS_NAMES } from '../components/status-badge.tsx';
import type { FilterField } from '../tables/filter-bar.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { PRESET_OPTIONS, rangeOf } from './created-range.ts';

/** Shopify's words. */
const PAYMENT = [
  'authorized',
  'paid',
  'partially_paid',
  'partially_refunded',
  'pending',
  'refunded',
  'voided',
];
const FULFILLMENT = ['fulfilled', 'partial', 'restocked', 'unfulfilled'];
const YES_NO = [
  { value: '1', label: 'only' },
  { value: '0', label: 'without' },
];

/** The values are those of the API. */
const SORTS = [
  { value: 'created', label: 'oldest first' },
  { value: '-updated', label: 'last updated first' },
  { value: 'updated', label: 'first updated first' },
];

/** Named as in the API, apart from `created`, which stands for a range of days. */
export const FIELDS: readonly FilterField[] = [
  { name: 'name', label: 'Name', placeholder: '#1001', width: 100 },
  { name: 'shop', label: 'Shop', placeholder: 'example.myshopify.com', width: 200 },
  { name: 'status', label: 'Status', kind: 'select', options: STATUS_NAMES, width: 160 },
  {
    name: 'created',
    label: 'Created',
    kind: 'select',
    options: PRESET_OPTIONS,
    any: 'any time',
    width: 130,
    clears: ['createdFrom', 'createdTo'],
  },
  { name: 'sort', label: 'Sort', kind: 'select', options: SORTS, any: 'newest first', width: 150 },
];

export const MORE_FIELDS: readonly FilterField[] = [
  { name: 'financialStatus', label: 'Payment', kind: 'select', options: PAYMENT },
  { name: 'fulfillmentStatus', label: 'Fulfillment', kind: 'select', options: FULFILLMENT, width: 130 },
  { name: 'createdFrom', label: 'Created from', kind: 'day', edge: 'start', clears: ['created'] },
  { name: 'createdTo', label: 'Created up to', kind: 'day', edge: 'end', clears: ['created'] },
  { name: 'customer', label: 'Customer id', placeholder: "Shopify's id" },
  { name: 'email', label: 'E-mail', placeholder: 'ada@example.com', width: 180 },
  { name: 'sku', label: 'SKU', width: 110 },
  { name: 'tag', label: 'Tag', width: 110 },
  { name: 'test', label: 'Test orders', kind: 'select', options: YES_NO, any: 'with', width: 110 },
  {
    name: 'parked',
    label: 'Incomplete',
    kind: 'select',
    options: [{ value: '1', label: 'with parked events' }],
    width: 170,
  },
];

const NAMES = [...FIELDS, ...MORE_FIELDS].map(({ name }) => name);

const MINUTE_MS = 60_000;

/** The filters of the URL as parameters of the API; also for an export of the same orders. */
export function useOrderParams() {
  const { filters, any } = useFilters(NAMES);
  const now = useTime(MINUTE_MS);
  const { created = '', ...named } = filters;
  const isExplicit = named.createdFrom !== '' || named.createdTo !== '';
  const range = isExplicit ? {} : rangeOf(created, new Date(now), browserZone());
  return { params: { ...named, ...range }, sort: named.sort ?? '', any };
}
