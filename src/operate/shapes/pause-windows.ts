import { z } from 'zod';
import { WEEKDAYS } from '../../system/pause-windows.ts';
import { DESTINATION_PHASES } from '../../system/states.ts';
import { zoneOf } from '../../system/time-zones.ts';
import { checked, instant } from './base.ts';

/** When nothing is sent to a destination: its pause windows, and its end. */

const MOST_WINDOWS = 20;

const time = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const days = z
  .array(z.enum(WEEKDAYS))
  .min(1, 'needs at least one day; without `days`, it opens every day')
  .max(WEEKDAYS.length)
  .nullable()
  .describe('the days on which it opens; null: every day');
const from = z
  .string()
  .regex(time, 'not a time from 00:00 to 23:59')
  .describe('when it opens, by the clocks of `timeZone`');
const to = z
  .string()
  .refine((text) => text === '24:00' || time.test(text), 'not a time from 00:00 to 24:00')
  .describe('when it closes; earlier than `from`: on the next day');
const ZONE = {
  description: 'the name of a time zone: its clocks count, also when they change',
  examples: ['Europe/Berlin'],
};

const asked = z
  .strictObject({
    days: days.default(null),
    from,
    to,
    timeZone: checked(64, zoneOf, 'not the name of a time zone, such as Europe/Berlin').meta(ZONE),
  })
  .refine((window) => window.from !== window.to, {
    path: ['to'],
    message: 'is the same as `from`: a whole day is 00:00 to 24:00',
  });

const WHAT = 'while one of them is open, nothing is sent: what waits is sent afterwards';
const END = 'changes from then on set off nothing, and what waits is still sent; null: it has no end';

/** As a client gives them. */
export const whenAsked = {
  pauseWindows: z.array(asked).max(MOST_WINDOWS).default([]).describe(WHAT),
  until: z.iso
    .datetime({ offset: true, error: 'not an ISO 8601 time with a zone' })
    .transform((text) => new Date(text))
    .nullable()
    .default(null)
    .meta({ description: END, examples: ['2027-01-31T23:00:00Z'] }),
};

/** As answers have them. */
export const whenShown = {
  pauseWindows: z
    .array(z.object({ days, from: z.string(), to: z.string(), timeZone: z.string().meta(ZONE) }))
    .describe(WHAT),
  until: instant.nullable().describe(END),
};

export const phase = z
  .enum(DESTINATION_PHASES)
  .describe(
    'what it does now. window: paused by one of `pauseWindows`; ending: it is past `until`, and what is open is still sent; ended: it is past `until`, and nothing is open',
  );

/** The pause of a window that is open. */
export const openWindow = z.object({
  endsAt: instant.nullable().describe('null: not within a week'),
  clock: z
    .string()
    .describe('the same by the clocks of its time zone')
    .meta({ examples: ['04:00 Europe/Berlin'] }),
});
