/** Amounts of money, exact: as whole numbers of 10^-6, which is finer than any currency. */
const DECIMALS = 6;
/** At most 24 digits: more is not money, and slow to add up. */
const AMOUNT = new RegExp(`^(-?\\d{1,24})(?:\\.(\\d{0,${DECIMALS}})0*)?$`);

/** Null if it is not such an amount. */
export function decimalOf(amount: unknown): bigint | null {
  const match = typeof amount === 'string' ? AMOUNT.exec(amount) : null;
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'));
}
