/** Replaces whatever differs from one event to the next. */
const ANY = '…';
/** The API's filter accepts up to 500 characters. */
const LONGEST = 300;

/** Characters read of an error: the rest does not distinguish causes, and this bounds the cost. */
const READ = 4000;

const HASHES = /\b(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/gi;
/** Separate numbers, and times; not the 8 in UTF-8 or the 1 in address1. */
const NUMBERS = /(?<![\w…])(?<![A-Za-z]-)\d+(?:[.,:T+-]+\d+)*Z?(?!\w)/g;

/** An error without ids and numbers. Parked events with the same cause have the same problem and form one group. */
export function causeOf(error: string): string {
  return error.slice(0, READ).replaceAll(HASHES, ANY).replaceAll(NUMBERS, ANY).slice(0, LONGEST);
}
