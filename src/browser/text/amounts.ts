/** Amounts of money are exact text, as the API sends them. Here they are formatted, compared and multiplied. */

const AMOUNT = /^(-?)(\d+)(?:\.(\d+))?$/;

/** `1,234.50 USD`; `–` if the amount is unknown. A text that is not an amount is shown unchanged. */
export function money(amount: string | null | undefined, currency: string | null = null): string {
  if (amount === null || amount === undefined) return '–';
  const match = AMOUNT.exec(amount);
  if (!match) return amount;
  const [, sign = '', whole = '', fraction] = match;
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`} ${currency ?? ''}`.trimEnd();
}

/** Unknown, or zero. */
export function isNothing(amount: string | null | undefined): boolean {
  return amount === null || amount === undefined || !/[1-9]/.test(amount);
}

/** `10.0` and `10.00` are the same amount. */
export function isSameAmount(one: string | null, other: string | null): boolean {
  const [first, second] = [scaled(one), scaled(other)];
  return first === null || second === null ? one === other : difference(first, second).units === 0n;
}

/** The price of all units, without the discount. Null if an amount is unknown. */
export function lineTotal(price: string | null, quantity: number, discount: string | null): string | null {
  const each = scaled(price);
  const less = scaled(discount ?? '0');
  if (!each || !less) return null;
  return written(difference({ ...each, units: each.units * BigInt(quantity) }, less));
}

/** `units` of 10^-places. */
interface Scaled {
  units: bigint;
  places: number;
}

function scaled(amount: string | null): Scaled | null {
  const match = amount === null ? null : AMOUNT.exec(amount);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  return { units: BigInt(`${sign}${whole}${fraction}`), places: fraction.length };
}

function difference(one: Scaled, other: Scaled): Scaled {
  const places = Math.max(one.places, other.places);
  const raised = ({ units, places: has }: Scaled) => units * 10n ** BigInt(places - has);
  return { units: raised(one) - raised(other), places };
}

function written({ units, places }: Scaled): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${units < 0n ? '-' : ''}${whole}${places > 0 ? `.${digits.slice(-places)}` : ''}`;
}
