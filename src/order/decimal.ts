/** Amounts of money, exact: as multiples of 10^-6, which is finer than any currency. */
const DECIMALS = 6;
/** At most 24 digits: anything longer is not money, and is slow to add up. */
const AMOUNT = new RegExp(`^(-?)0*(\\d{1,24})(?:\\.(\\d{0,${DECIMALS}})0*)?$`);

/** Null if the value is not such an amount. */
export function decimalOf(amount: string | null | undefined): bigint | null {
  const match = typeof amount === 'string' ? AMOUNT.exec(amount) : null;
  if (!match) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  return BigInt(sign + whole + fraction.padEnd(DECIMALS, '0'));
}

/** An amount as MongoDB's Decimal128 writes it: `007.50` is `7.50`. Null if the text is not an amount. */
export function amountOf(text: string): string | null {
  const match = AMOUNT.exec(text);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return sign !== '' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** The same amount with the other sign. */
export function negated(amount: string | null | undefined): string | null {
  if (typeof amount !== 'string') return null;
  return amountOf(amount.startsWith('-') ? amount.slice(1) : `-${amount}`);
}

/** The exact sum, with as many decimals as its most precise amount; null if there are no amounts. */
export function sumOf(amounts: readonly (string | null | undefined)[]): string | null {
  const known = amounts.filter((amount) => typeof amount === 'string');
  if (known.length === 0) return null;
  const places = Math.max(...known.map((amount) => (amount.split('.')[1] ?? '').length));
  return decimalText(
    known.reduce((sum, amount) => sum + (decimalOf(amount) ?? 0n), 0n),
    places,
  );
}

/** @param places how many decimals to write; more are written if the value has more */
export function decimalText(value: bigint, places: number): string {
  const digits = String(value < 0n ? -value : value).padStart(DECIMALS + 1, '0');
  const [whole, fraction] = [digits.slice(0, -DECIMALS), digits.slice(-DECIMALS)];
  const needed = Math.max(places, fraction.replace(/0+$/, '').length);
  return `${value < 0n ? '-' : ''}${whole}${needed > 0 ? `.${fraction.slice(0, needed)}` : ''}`;
}
