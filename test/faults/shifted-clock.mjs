// Loaded before a program (node --import): its clock is wrong by CLOCK_SHIFT_MS, as on a machine without NTP, or by the
// number in CLOCK_FILE, which a test may change.
import { readFileSync } from 'node:fs';

const READ_EVERY_MS = 10;
const { CLOCK_SHIFT_MS, CLOCK_FILE } = process.env;
const TrueDate = Date;

let shiftMs = Number(CLOCK_SHIFT_MS ?? 0);
if (CLOCK_FILE !== undefined) {
  const read = () => {
    shiftMs = Number(readFileSync(CLOCK_FILE, 'utf8'));
  };
  read();
  setInterval(read, READ_EVERY_MS).unref();
}

globalThis.Date = class Date extends TrueDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(TrueDate.now() + shiftMs);
  }
  static now() {
    return TrueDate.now() + shiftMs;
  }
};
