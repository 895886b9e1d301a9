import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { goneIn } from '../../src/operate/steering/backlog.ts';
import type { Destination } from '../../src/operate/shapes/destinations.ts';
import type { SignsRead } from '../../src/system/destination-signs.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const signs = (perSecond: number, recentPerSecond: number | null, state = 'closed'): SignsRead => ({
  rates: { perSecond, recentPerSecond },
  circuit: { state, since: null, pausedForMs: 0, because: null } as SignsRead['circuit'],
});
const ACTIVE = { state: 'active', rate: null } as const;
const WAITING = { waiting: 120, failing: 1, behind: 20 };

describe('when a backlog will be gone', () => {
  test.each([
    ['from the measured speed', WAITING, ACTIVE, signs(1, 20), 5000],
    [
      'from the rate, if that is what limits it',
      WAITING,
      { ...ACTIVE, rate: { max: 10, durationMs: 1000 } },
      signs(2, 9),
      10_000,
    ],
    [
      'from the measured speed, if that is below the rate',
      WAITING,
      { ...ACTIVE, rate: { max: 10, durationMs: 1000 } },
      signs(2, 4),
      25_000,
    ],
    [
      'from a rate of few messages, which a minute shows',
      WAITING,
      { ...ACTIVE, rate: { max: 6, durationMs: 60_000 } },
      signs(0.1, null),
      1_000_000,
    ],
    ['nothing waits', { waiting: 0, failing: 0, behind: 0 }, ACTIVE, null, 0],
  ] as const)('%s', (_how, open, destination, read, ms) => {
    expect(goneIn(open, destination, read, 0)).toEqual({ goneInMs: ms, goneUnknown: null });
  });

  test.each([
    ['nothing is sent until it is resumed', WAITING, { state: 'paused', rate: null }, signs(1, 1)],
    ['Redis is down', WAITING, ACTIVE, null],
    ['it does not accept messages', WAITING, ACTIVE, signs(1, 1, 'half_open')],
    ['nothing was sent in the last seconds', WAITING, ACTIVE, signs(5, null)],
    [
      'what is left has failed, or waits behind what failed',
      { waiting: 3, failing: 1, behind: 3 },
      ACTIVE,
      signs(5, 5),
    ],
  ] as const)('is unknown: %s', (because, open, destination, read) => {
    expect(goneIn(open, destination, read, 0)).toEqual({ goneInMs: null, goneUnknown: because });
  });
});

describe('when a backlog will be gone, with pause windows', () => {
  const NIGHT = { days: null, from: '02:00', to: '04:00', timeZone: 'Europe/Berlin' };
  const gone = (now: string, perSecond: number) =>
    goneIn(WAITING, { ...ACTIVE, pauseWindows: [NIGHT] }, signs(1, perSecond), Date.parse(now));

  test('the pause counts if it comes in between', () => {
    // 100 effects in 50 s, and in an hour.
    expect(gone('2026-11-27T00:30Z', 2)).toEqual({ goneInMs: 50_000, goneUnknown: null });
    expect(gone('2026-11-27T00:30Z', 100 / 3600)).toEqual({ goneInMs: 3 * HOUR_MS, goneUnknown: null });
  });

  test('it is unknown within one, whose end it names, and if it takes longer than a week', () => {
    expect(gone('2026-11-27T02:30Z', 2)).toEqual({
      goneInMs: null,
      goneUnknown: 'nothing is sent until 04:00 Europe/Berlin, by its pause window',
    });
    expect(gone('2026-11-27T00:30Z', 1e-5)).toEqual({
      goneInMs: null,
      goneUnknown: 'it takes longer than a week with its pause windows',
    });
  });
});

describe('a backlog that is being sent by two publishers', () => {
  let publishing: Publishing;
  let dashboard: ServedDashboard;
  let receiver: Receiver;
  beforeAll(async () => {
    publishing = await Publishing.open();
    await Promise.all([publishing.start(), publishing.start()]);
    const { redisUrl, mongoUri } = publishing.inside;
    dashboard = await ServedDashboard.start({ redisUrl, mongoUri });
  });
  afterAll(async () => {
    await dashboard?.stop();
    await publishing?.close();
  });
  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(async () => {
    await publishing.inside.collections.destinations.deleteMany({});
    await receiver.close();
  });

  // How exact it is: npm run effects.
  test.each([
    ['a slow sink', { concurrency: 5 }, 200, 100],
    ['a rate', { rate: { max: 20, durationMs: 1000 } }, 0, 100],
  ])(
    '%s: it is told when the rest will be gone, and that it is gone',
    async (_limit, settings, delayMs, count) => {
      receiver.delayMs = delayMs;
      await publishing.destination('drains', { url: receiver.url, ...settings });
      await publishing.created(count);
      const backlog = async () =>
        ((await dashboard.get('/api/destinations/drains')).json as unknown as Destination).backlog;
      await until(async () => ((await backlog()).goneInMs ?? 0) > 0, MINUTE_MS, 'an estimate');
      expect((await backlog()).perSecond).toBeGreaterThan(0);
      await publishing.settled('drains', MINUTE_MS);
      expect(await backlog()).toMatchObject({ orders: 0, goneInMs: 0, goneUnknown: null });
    },
    3 * MINUTE_MS,
  );
});
