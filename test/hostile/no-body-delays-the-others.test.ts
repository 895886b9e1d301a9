import { describe, expect, test } from '@jest/globals';
import { readEvent } from '../../src/order/read-event.ts';
import { routeOf } from '../../src/order/routing.ts';
import { waitingEvent } from '../support/waiting-event.ts';

/**
 * While a body is read, nobody else is answered: ingest reads it once for its order, a worker once more for
 * its content. Large bodies, as bad as JSON can be, are compared with an honest one of their size in the same
 * run, so the result does not depend on the machine or its load.
 */
const EXACTLY = '"id":820982911946154508';
const LINE = '{"id":11,"title":"Widget A","quantity":2,"price":"20.00","taxable":true,"tax_lines":[]},';
/** A fifth of what ingest accepts: enough to show costs that grow with the square. */
const BYTES = 1024 * 1024;
/**
 * Deep nesting costs 12 times as much as an honest body; a reviver over zeros was 70 times, and has been
 * removed.
 */
const TIMES_AS_LONG = 30;

const HONEST = filled('{"id":1,"line_items":[', LINE, '{"id":12}]}');

/** `unit`, repeated up to a body of that size. */
function filled(before: string, unit: string, after: string): Buffer {
  const times = Math.floor((BYTES - before.length - after.length) / unit.length);
  return Buffer.from(before + unit.repeat(times) + after);
}

function keyed(count: number, name: (i: number) => string): Buffer {
  const pairs = Array.from({ length: count }, (_, i) => `"${name(i)}":0`);
  return Buffer.from(`{${EXACTLY},${pairs.join(',')}}`);
}

const levels = Math.floor(BYTES / 2) - 50;

/**
 * What ingest and a worker do with a body, in this thread's own time: other load on the machine adds little.
 */
function readingMs(body: Buffer): number {
  const before = process.threadCpuUsage();
  routeOf('orders/create', body);
  readEvent(waitingEvent('orders/create', null, { body }));
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/**
 * The median of five comparisons, each of two readings side by side: a single disturbance decides nothing.
 */
function timesAsLong(body: Buffer): number {
  const ratios = Array.from({ length: 5 }, () => readingMs(body) / readingMs(HONEST));
  return ratios.toSorted((a, b) => a - b)[2] ?? Infinity;
}

describe('a large body, as bad as it can be, is read nearly as fast as an honest one', () => {
  test.each<[string, Buffer]>([
    ['zeros', filled(`{${EXACTLY},"a":[`, '0,', '0]}')],
    ['long numbers', filled(`{${EXACTLY},"a":[`, '820982911946154508,', '0]}')],
    ['one number of a million digits', filled('{"id":1,"a":', '1', '}')],
    ['one text of digits', filled('{"id":1,"a":"', '1', '"}')],
    ['escapes', filled(`{${EXACTLY},"a":"`, '\\"', '"}')],
    ['empty lists', filled(`{${EXACTLY},"a":[`, '[],', '[]]}')],
    ['empty objects', filled(`{${EXACTLY},"a":[`, '{},', '{}]}')],
    ['one key, again and again', filled(`{${EXACTLY}`, ',"":0', '}')],
    ['60,000 keys', keyed(60_000, (i) => `k${i}`)],
    ['60,000 keys that are numbers', keyed(60_000, (i) => String((i * 7919) % 4_000_000_000))],
    ['keys that differ at their ends only', keyed(10_000, (i) => `${'k'.repeat(80)}${i}`)],
    [
      'lists in half a million levels',
      Buffer.from(`{"id":1,"a":${'['.repeat(levels)}${']'.repeat(levels)}}`),
    ],
    ['300,000 lines that are not lines', filled('{"id":1,"line_items":[', '{},', '{}]}')],
    ['100,000 lines', filled('{"id":1,"line_items":[', '{"id":1},', '{"id":1}]}')],
    [
      '500,000 numbers that are not texts',
      filled('{"id":1,"fulfillments":[{"id":1,"tracking_numbers":[', '0,', '0]}]}'),
    ],
    ['blanks', filled('{"id":1', ' ', '}')],
    ['invalid JSON at its very end', filled(`{${EXACTLY},"a":[`, '0,', ']}')],
    ['invalid UTF-8 at its very end', Buffer.concat([HONEST, Buffer.from([0xff])])],
  ])('%s', (_case, body) => {
    expect(timesAsLong(body)).toBeLessThan(TIMES_AS_LONG);
  });
});
