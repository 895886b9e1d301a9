import type { mongo } from 'mongoose';

/**
 * Questions that people ask MongoDB about orders. Each query is run as it stands here (`npm run questions`), and
 * docs/data.md shows it as mongosh reads it. Revenue is `net` as docs/reports.md defines it.
 */
export interface Question {
  title: string;
  query: Find | Aggregate;
  /** The keys of the indexes that it uses. A query of sales uses another one for the refunds. */
  indexes: Keys[];
}

type Keys = Readonly<Record<string, 1 | -1>>;

interface Find {
  filter: mongo.Document;
  sort: Keys;
  limit: number;
  collation?: mongo.CollationOptions;
}

interface Aggregate {
  pipeline: mongo.Document[];
}

/** What is asked about. */
export interface Subject {
  shop: string;
  /** A month of the shop, in its zone. */
  from: Date;
  until: Date;
  zone: string;
  email: string;
  tag: string;
  sku: string;
  since: Date;
}

/** In docs/data.md, and in `npm run questions`. In this month clocks change: it has a day of 23 hours. */
export const SUBJECT: Subject = {
  shop: 'shop-1.myshopify.com',
  from: new Date('2026-03-01T05:00:00Z'),
  until: new Date('2026-04-01T04:00:00Z'),
  zone: 'America/New_York',
  email: 'Customer-42@example.com',
  tag: 'wholesale',
  sku: 'SKU-42',
  since: new Date('2026-11-20T00:00:00Z'),
};

const BY_SHOP: Keys[] = [
  { shop: 1, createdAt: -1, _id: -1 },
  { shop: 1, 'refunds.processedAt': 1 },
];

export function questionsAbout(subject: Subject): Question[] {
  const { zone, email, tag, sku, since } = subject;
  const day = (date: string) => ({ $dateToString: { date, format: '%Y-%m-%d', timezone: zone } });
  const revenue = (by: string, pipeline: mongo.Document[]): Question => ({
    title: `Revenue by ${by}`,
    query: { pipeline },
    indexes: BY_SHOP,
  });
  return [
    revenue('day', revenueOf(subject, 'day', day('$createdAt'), day('$refunds.processedAt'))),
    revenue('SKU', revenueBySku(subject)),
    revenue('discount code', revenueOfEach(subject, 'code', 'discountCodes')),
    revenue('country', revenueOf(subject, 'country', '$shippingCountry', '$shippingCountry')),
    revenue('tag', revenueOfEach(subject, 'tag', 'tags')),
    {
      title: 'Orders of an e-mail address, in any case',
      query: {
        filter: { 'body.email': email, 'bodySource.kept': 'full' },
        sort: { createdAt: -1 },
        limit: 50,
        collation: { locale: 'en', strength: 2 },
      },
      indexes: [{ 'body.email': 1 }],
    },
    {
      title: 'The newest orders with a tag',
      query: { filter: { tags: tag }, sort: { createdAt: -1 }, limit: 50 },
      indexes: [{ tags: 1, createdAt: -1 }],
    },
    {
      title: 'The newest orders of a SKU',
      query: { filter: { 'lines.sku': sku }, sort: { createdAt: -1 }, limit: 50 },
      indexes: [{ 'lines.sku': 1, createdAt: -1 }],
    },
    {
      title: 'Orders that changed since a time, the last change first',
      query: { filter: { updatedAt: { $gte: since } }, sort: { updatedAt: -1, _id: -1 }, limit: 100 },
      indexes: [{ updatedAt: -1, _id: -1 }],
    },
  ];
}

/**
 * @param ofSale the group of an order
 * @param ofRefund the group of a refund
 * @param split if both are lists: makes one row for each item
 */
function revenueOf(
  subject: Subject,
  name: string,
  ofSale: string | mongo.Document,
  ofRefund: string | mongo.Document,
  split: mongo.Document[] = [],
): mongo.Document[] {
  return [
    ...soldIn(subject),
    { $project: { group: ofSale, currency: 1, gross: '$grossSales', discounts: '$salesDiscounts' } },
    withRefunds(subject, [{ $project: { group: ofRefund, currency: 1, returns: RETURNS } }]),
    ...split,
    ...addedUpBy(name),
  ];
}

/** An order counts for each item of a list once, and for null if the list is empty. */
function revenueOfEach(subject: Subject, name: string, list: string): mongo.Document[] {
  const once = { $setUnion: `$${list}` };
  const split = { $unwind: { path: '$group', preserveNullAndEmptyArrays: true } };
  return revenueOf(subject, name, once, once, [split]);
}

/** Adjustments belong to no line, so they are not deducted. */
function revenueBySku(subject: Subject): mongo.Document[] {
  const isLine = { $eq: ['$$line.id', '$refunds.lines.lineId'] };
  return [
    ...soldIn(subject),
    { $unwind: '$lines' },
    { $match: { 'lines.giftCard': false } },
    {
      $project: {
        group: skuOf('$lines.sku'),
        currency: 1,
        gross: {
          $subtract: [{ $multiply: ['$lines.price', '$lines.quantity'] }, taxIn('$lines.totalTax')],
        },
        discounts: '$lines.totalDiscount',
      },
    },
    withRefunds(subject, [
      { $unwind: '$refunds.lines' },
      { $set: { line: { $first: { $filter: { input: '$lines', as: 'line', cond: isLine } } } } },
      { $match: { 'line.giftCard': { $ne: true } } },
      {
        $project: {
          group: skuOf('$line.sku'),
          currency: 1,
          returns: { $subtract: ['$refunds.lines.subtotal', taxIn('$refunds.lines.totalTax')] },
        },
      },
    ]),
    ...addedUpBy('sku'),
  ];
}

/** Of lines without a SKU, null. */
function skuOf(sku: string): mongo.Document {
  return { $cond: [{ $eq: [sku, ''] }, null, sku] };
}

function soldIn({ shop, from, until }: Subject): mongo.Document[] {
  const createdAt = { $gte: from, $lt: until };
  return [{ $match: { shop, createdAt, test: { $ne: true }, deletedAt: null } }];
}

/** Refunds count when they are made, whenever the order was created. */
function withRefunds({ shop, from, until }: Subject, stages: mongo.Document[]): mongo.Document {
  const period = { $gte: from, $lt: until };
  const refunds = { $elemMatch: { processedAt: period } };
  const pipeline = [
    // The first condition on refunds chooses the index; the second limits both ends of its range.
    { $match: { shop, 'refunds.processedAt': period, refunds, test: { $ne: true }, deletedAt: null } },
    { $unwind: '$refunds' },
    { $match: { 'refunds.processedAt': period, 'refunds.removed': { $ne: true } } },
    ...stages,
  ];
  return { $unionWith: { coll: 'orders', pipeline } };
}

/** Prices have tax in them, or not. */
function taxIn(tax: string): mongo.Document {
  return { $cond: ['$taxesIncluded', { $ifNull: [tax, 0] }, 0] };
}

/** The value of what a refund returns, without gift cards. */
const RETURNS: mongo.Document = {
  $subtract: [
    {
      $sum: {
        $map: {
          input: '$refunds.lines',
          as: 'each',
          in: {
            $subtract: [
              { $cond: [{ $in: ['$$each.lineId', giftCards()] }, 0, { $ifNull: ['$$each.subtotal', 0] }] },
              taxIn('$$each.totalTax'),
            ],
          },
        },
      },
    },
    { $ifNull: ['$refunds.adjustment', 0] },
  ],
};

function giftCards(): mongo.Document {
  const gifts = { $filter: { input: '$lines', as: 'line', cond: '$$line.giftCard' } };
  return { $map: { input: gifts, as: 'line', in: '$$line.id' } };
}

/** Amounts of two currencies are never added up. */
function addedUpBy(name: string): mongo.Document[] {
  const _id = { [name]: { $ifNull: ['$group', null] }, currency: '$currency' };
  const sums = Object.fromEntries(['gross', 'discounts', 'returns'].map((sum) => [sum, { $sum: `$${sum}` }]));
  return [
    { $group: { _id, ...sums } },
    { $set: { net: { $subtract: ['$gross', { $add: ['$discounts', '$returns'] }] } } },
    { $sort: name === 'day' ? { _id: 1 } : { net: -1 } },
  ];
}
