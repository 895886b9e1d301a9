import { describe, expect, test } from '@jest/globals';
import { BadSettings, loadConfig, SETTINGS, type Setting } from '../../src/system/config.ts';

const problemsOf = (env: Record<string, string>, needed: Setting[] = []): string[] => {
  try {
    loadConfig(env, needed);
    return [];
  } catch (error) {
    if (error instanceof BadSettings) return error.problems;
    throw error;
  }
};

describe('settings', () => {
  test('without any environment, every setting has its default or is undefined', () => {
    const given = Object.fromEntries(
      Object.entries(loadConfig({})).filter(([, value]) => value !== undefined),
    );
    expect(given).toEqual({
      PORT: 3000,
      DASHBOARD_PORT: 3001,
      APP_PORT: 3002,
      RECONCILE_EVERY_MINUTES: 15,
      PARTITIONS: 1,
      INGEST_PROCESSES: 1,
      WORKER_PROCESSES: 1,
      WORKER_CONCURRENCY: 200,
      LOCK_TTL_MS: 10_000,
      DEDUPE_TTL_HOURS: 48,
      HOLD_FOR_CREATE_MS: 2000,
      MAX_BODY_BYTES: 5_242_880,
      DEPOSIT_TIMEOUT_MS: 1500,
      DURABILITY: 'redis',
      SHUTDOWN_DELAY_MS: 0,
      SHUTDOWN_MS: 10_000,
      JOURNAL_RETENTION_DAYS: 90,
      CHANGES_RETENTION_DAYS: 30,
      ORDER_BODY: 'full',
      LOG_LEVEL: 'info',
    });
  });

  test('a simulated Shopify is refused in production: it would receive the secret and the tokens', () => {
    const SHOPIFY_API_URL = 'https://stand-in.example.com';
    expect(problemsOf({ SHOPIFY_API_URL })).toEqual([]);
    expect(problemsOf({ SHOPIFY_API_URL, NODE_ENV: 'production' })).toEqual([
      'SHOPIFY_API_URL: is for development only; remove it, or do not set NODE_ENV to production',
    ]);
    expect(problemsOf({ SHOPIFY_API_URL: ' ', NODE_ENV: 'production' })).toEqual([]);
  });

  test('texts are converted to numbers and lists', () => {
    const config = loadConfig({
      PORT: '0',
      DEDUPE_TTL_HOURS: '0.5',
      LOCK_REDIS_URLS: 'redis://a:1, rediss://b:2',
      SHOP_WEIGHTS: 'big.myshopify.com=3,small.myshopify.com=0.25',
      MONGODB_URI: 'mongodb+srv://cluster.example/shop',
    });
    expect(config).toMatchObject({
      SHOP_WEIGHTS: { 'big.myshopify.com': 3, 'small.myshopify.com': 0.25 },
      PORT: 0,
      DEDUPE_TTL_HOURS: 0.5,
      MONGODB_URI: 'mongodb+srv://cluster.example/shop',
    });
    expect(config.LOCK_REDIS_URLS).toEqual(['redis://a:1', 'rediss://b:2']);
  });

  test('an empty value counts as not set, also for a required setting', () => {
    const empty = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
    expect(problemsOf(empty, ['REDIS_URL', 'SHOPIFY_API_SECRET'])).toEqual([
      'REDIS_URL: is required but not set',
      'SHOPIFY_API_SECRET: is required but not set',
    ]);
  });

  test('all problems are reported together, each by its name', () => {
    const bad = {
      PORT: '65536',
      PARTITIONS: '1.5',
      LOG_LEVEL: 'loud',
      REDIS_URL: 'http://x',
      MONGODB_URI: 'x',
    };
    const names = problemsOf(bad, ['SHOPIFY_API_SECRET']).map((problem) => problem.split(':')[0]);
    expect(new Set(names)).toEqual(
      new Set(['LOG_LEVEL', 'MONGODB_URI', 'PARTITIONS', 'PORT', 'REDIS_URL', 'SHOPIFY_API_SECRET']),
    );
    expect(names).toHaveLength(6);
  });

  test.each<[Setting, string]>([
    ['PORT', '-1'],
    ['PORT', 'canary'],
    ['ADMIN_PORT', '99999'],
    ['REDIS_URL', 'canary'],
    ['REDIS_URL', 'http://user:canary@host'],
    ['LOCK_REDIS_URLS', 'redis://a,canary'],
    ['MONGODB_URI', 'postgres://user:canary@host'],
    ['PARTITIONS', '0'],
    ['PARTITIONS', '1025'],
    ['WORKER_CONCURRENCY', '0'],
    ['LOCK_TTL_MS', '10'],
    ['DEDUPE_TTL_HOURS', '0'],
    ['DEDUPE_TTL_HOURS', '0.0001'],
    ['HOLD_FOR_CREATE_MS', '-1'],
    ['MAX_BODY_BYTES', 'canary'],
    ['DEPOSIT_TIMEOUT_MS', '3001'],
    ['DURABILITY', 'replicas'],
    ['DURABILITY', 'replicas:0'],
    ['SHOP_WEIGHTS', 'a.myshopify.com'],
    ['SHOP_WEIGHTS', 'a.myshopify.com=0'],
    ['SHUTDOWN_MS', '99'],
    ['JOURNAL_RETENTION_DAYS', '0'],
    ['OPS_JWT_SECRET', 'canary-too-short'],
    ['TOKEN_KEYS', `canary:${'00'.repeat(32)},canary:${'11'.repeat(32)}`],
    ['LOG_LEVEL', 'canary'],
  ])('%s=%s is refused, and the error does not contain the value', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: .{5,}`));
    expect(problems.join()).not.toContain('canary');
  });

  test('every setting has a description', () => {
    for (const { about } of Object.values(SETTINGS)) expect(about.length).toBeGreaterThan(10);
  });
});
