/** What stands in for whatever was different from one event to the next. */
const ANY = '…';
/** A filter of the API takes 500. */
const LONGEST = 300;

/** What is read of an error: beyond it nothing tells causes apart, and no text can cost more than this. */
const READ = 4000;

const HASHES = /\b(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/gi;
/** A number by itself, and times; not the 8 of UTF-8 or the 1 of address1. */
const NUMBERS = /(?<![\w…])(?<![A-Za-z]-)\d+(?:[.,:T+-]+\d+)*Z?(?!\w)/g;

/** An error without ids and numbers: parked events with the same cause are one trouble, and one group. */
export function causeOf(error: string): string {
  return error.slice(0, READ).replaceAll(HASHES, ANY).replaceAll(NUMBERS, ANY).slice(0, LONGEST);
}
