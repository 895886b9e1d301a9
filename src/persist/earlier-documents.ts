import type { OrderDocument } from './order-fields.ts';

/** An order as it was stored until November 2026: facts and ends in separate objects, money and times as text. */
interface Earlier {
  facts: Facts;
  ends: { cancelled: { at: number; reason: string | null } | null; deletedAt: number | null };
  positions: Record<string, string>;
}

interface Facts {
  presentmentTotal?: { amount: string | null; currency: string | null; of?: string | null } | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** The same order with today's fields. `npm run ops -- order rebuild --all` rewrites all of them in this form. */
export function upToDate(document: Partial<OrderDocument>): Fields {
  // Nearly all documents have today's form: they are not copied.
  if (typeof (document as Partial<Earlier>).facts !== 'object') return document;
  const { facts, ends, positions, ...rest } = document as Fields & Earlier;
  return { ...rest, ...factsOf(facts), ...endsOf(ends), ...(positions && { positions: renamed(positions) }) };
}

function factsOf({ presentmentTotal, ...others }: Facts): Fields {
  const { amount = null, of = null, currency = null } = presentmentTotal ?? {};
  const total = { presentmentTotalPrice: amount, presentmentTotalOf: of, presentmentCurrency: currency };
  return { ...others, ...total };
}

function endsOf({ cancelled = null, deletedAt = null }: Partial<Earlier['ends']> = {}): Fields {
  return { cancelledAt: cancelled?.at ?? null, cancelReason: cancelled?.reason ?? null, deletedAt };
}

function renamed({ presentmentTotal, ...others }: Record<string, string>): Fields {
  return presentmentTotal === undefined
    ? others
    : { ...others, presentmentTotalPrice: presentmentTotal, presentmentTotalOf: presentmentTotal };
}
