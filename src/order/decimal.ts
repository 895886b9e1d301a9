/** Amounts of money, exact: as multiples of 10^-6, which is finer than any currency. */
const DECIMALS = 6;
/** At most 24 digits: anything longer is not money, and is slow to add up. */
const AMOUNT = new RegExp(`^(-?\\d{1,24})(?:\\.(\\d{0,${DECIMALS}})0*)?$`);

/** Null if the value is not such an amount. */
export function decimalOf(amount: string | null | undefined): bigint | null {
  const match = typeof amount === 'string' ? AMOUNT.exec(amount) : null;
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'));
}
