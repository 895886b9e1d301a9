// Loaded before a program (node --import): its clock is wrong by CLOCK_SHIFT_MS, as on a machine without NTP.
const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const TrueDate = Date;

globalThis.Date = class Date extends TrueDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(TrueDate.now() + shiftMs);
  }
  static now() {
    return TrueDate.now() + shiftMs;
  }
};
