/**
 * How numbers are written in every view of a load test: always the same way, so that they can be searched
 * for.
 */
const UNKNOWN = '–';

const written = (digits: number) => new Intl.NumberFormat('en', { maximumFractionDigits: digits });
const WHOLE = written(0);
const ONE_DIGIT = written(1);
const TWO_DIGITS = written(2);
/** For ticks, which are round: all of their digits. */
const ALL_DIGITS = new Intl.NumberFormat('en', { maximumSignificantDigits: 12 });
const SMALL = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

const orUnknown = (write: (value: number) => string) => (value: number | null) =>
  value !== null && Number.isFinite(value) ? write(value) : UNKNOWN;

export const countText = orUnknown((value) => WHOLE.format(value));

export const tickText = orUnknown((value) => ALL_DIGITS.format(value));

/** Three significant digits; whole numbers if large. */
export const figureText = orUnknown((value) => {
  const size = Math.abs(value);
  if (size >= 100) return WHOLE.format(value);
  if (size >= 10) return ONE_DIGIT.format(value);
  return size >= 0.1 ? TWO_DIGITS.format(value) : SMALL.format(value);
});

export const msText = orUnknown((value) => `${figureText(value)} ms`);

export const secondsText = orUnknown((value) => `${figureText(value)} s`);

export const rateText = orUnknown((value) => `${figureText(value)}/s`);

export const bytesText = orUnknown((value) => `${WHOLE.format(value)} bytes`);

/** Small values are not rounded to zero. */
export function shareText(part: number, whole: number): string {
  if (!(whole > 0)) return UNKNOWN;
  const percent = (100 * part) / whole;
  return part > 0 && percent < 0.01 ? '< 0.01%' : `${percent.toFixed(2)}%`;
}
