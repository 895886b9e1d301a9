import { z } from 'zod';

/**
 * Every setting, with its default and the reason for it. A test compares this table with that of
 * docs/production.md. If settings are bad, a program reports all problems together ({@link BadSettings})
 * and exits with code 1, without a stack.
 */
const port = z.coerce.number().int().min(0).max(65_535);
const processes = z.coerce.number().int().min(1).max(64).default(1);
const duration = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const redisUrl = z.url({ protocol: /^rediss?$/ });
/** `<name>:<32 bytes in hex>`, comma-separated. */
const KEYS = /^\w{1,20}:[0-9a-f]{64}(,\w{1,20}:[0-9a-f]{64})*$/i;
/** `<shop>=<weight>`, comma-separated. No weight is 0: every shop is served. */
const WEIGHTS =
  /^[\w.-]+=(0\.0[1-9]|0\.[1-9]\d?|[1-9]\d{0,2}(\.\d\d?)?)(,[\w.-]+=(0\.0[1-9]|0\.[1-9]\d?|[1-9]\d{0,2}(\.\d\d?)?))*$/;

/** An encrypted token names its key, so two keys with the same name would be ambiguous. */
function namesDiffer(keys: string): boolean {
  const names = keys.split(',').map((each) => each.split(':')[0]);
  return new Set(names).size === names.length;
}

export const SETTINGS = {
  PORT: { schema: port.default(3000), about: 'where ingest receives webhooks' },
  DASHBOARD_PORT: { schema: port.default(3001), about: 'where the dashboard and the API are' },
  BIND: {
    schema: z.string().min(1).optional(),
    about: 'the address that programs listen on; unset: all interfaces (`npm start`: `127.0.0.1`)',
  },
  ADMIN_PORT: {
    schema: port.optional(),
    about: 'health and metrics: replaces `PORT` for ingest, `APP_PORT` for app, and a free port for worker',
  },
  REDIS_URL: {
    schema: redisUrl.optional(),
    about: 'Redis with AOF and `maxmemory-policy noeviction`; needed in production',
  },
  LOCK_REDIS_URLS: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((url) => url.trim()))
      .pipe(z.array(redisUrl).min(1))
      .optional(),
    about: 'comma-separated: servers for Redlock instead of `REDIS_URL`',
  },
  MONGODB_URI: {
    schema: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, 'is not a mongodb:// address')
      .optional(),
    about: 'MongoDB 8 or later; its path names the database (default: `lockstep`); needed in production',
  },
  SHOPIFY_API_KEY: { schema: z.string().min(1).optional(), about: "the app's client id" },
  SHOPIFY_API_SECRET: {
    schema: z.string().min(1).optional(),
    about: "the app's client secret; ingest needs it",
    secret: true,
  },
  SHOPIFY_API_SECRET_PREVIOUS: {
    schema: z.string().min(1).optional(),
    about: 'the previous client secret: Shopify signs with the oldest secret that is not revoked',
    secret: true,
  },
  APP_PORT: { schema: port.default(3002), about: 'where merchants install the app and see its status' },
  APP_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((url) => url.startsWith('https:') || new URL(url).hostname === 'localhost', 'is not https')
      .optional(),
    about: "the app's public HTTPS URL; the app needs it",
  },
  APP_SCOPES: {
    schema: z
      .string()
      .regex(/^\w+(,\w+)*$/, 'is not a comma-separated list of scopes')
      .optional(),
    about: 'scopes that the app asks merchants for, comma-separated; unset: all that its topics need',
  },
  TOKEN_KEYS: {
    schema: z
      .string()
      .regex(KEYS, 'is not a comma-separated list of <name>:<64 hex digits>')
      .refine(namesDiffer, 'two keys have the same name: give each key its own')
      .optional(),
    about:
      "keys that encrypt shops' tokens and destinations' secrets: `<name>:<64 hex digits>`, comma-separated; the first encrypts, all decrypt; the app needs it, and so do the dashboard and publishers for destinations",
    secret: true,
  },
  UNKNOWN_SHOPS: {
    // The app records every shop that installs it, so any other name is made up. Without an app there are no
    // records.
    schema: z.enum(['take', 'ignore']).optional(),
    about:
      'what to do with signed webhooks from shops that never installed the app: `take` or `ignore`; unset: `take` until an app has run',
  },
  RECONCILE_EVERY_MINUTES: {
    // Shopify recommends a reconciliation job; 0 = only on request.
    schema: z.coerce.number().int().min(0).max(1440).default(15),
    about: "how often a shop's orders are compared with Shopify's; 0: only on request",
  },
  SHOPIFY_API_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    about:
      'development only, refused if NODE_ENV is production: a simulated Shopify, called at `<this>/<shop>/admin/…`',
  },
  PARTITIONS: {
    schema: z.coerce.number().int().min(1).max(1024).default(1),
    about:
      'number of queues that orders are spread over, each with its own keys; recorded in Redis; a program with a different number does not start',
  },
  SHOP_WEIGHTS: {
    schema: z
      .string()
      .regex(WEIGHTS, 'is not a comma-separated list of <shop>=<0.01 to 999>')
      .transform((text) => text.split(',').map((each) => each.split('=')))
      .transform((pairs) => Object.fromEntries(pairs.map(([shop, weight]) => [shop, Number(weight)])))
      .optional(),
    about:
      'shops that get more or less than one share while many wait: `<shop>=<weight>`, comma-separated; all others have 1',
  },
  INGEST_PROCESSES: {
    schema: processes,
    about: 'processes of one ingest; they share `PORT` (Linux only), and use the ports from `ADMIN_PORT` on',
  },
  WORKER_PROCESSES: {
    schema: processes,
    about: 'processes of one worker; they use the ports from `ADMIN_PORT` on',
  },
  WORKER_CONCURRENCY: {
    // 100 drains share a load and a commit. While one hundred are being decided, another hundred are on their
    // way to MongoDB: 200 apply 30 % more events than 100, and 400 no more than 200.
    schema: z.coerce.number().int().min(1).max(1000).default(200),
    about: 'orders that one process of a worker drains at a time',
  },
  LOCK_TTL_MS: {
    // A drain takes milliseconds. A held lock is extended every third of this time. Short enough that another
    // worker takes over a dead holder's order within 10 s, long enough that an extension may take 3 s.
    schema: duration(1000, 300_000).default(10_000),
    about: 'how long a lock survives if its holder dies',
  },
  DEDUPE_TTL_HOURS: {
    // Shopify retries for 4 h and says "up to a day late"; this is twice that. A claim is two keys, together
    // 510 B (measured): at 100/s, 48 h are 17M claims, 8.8 GB. Deposits may use 85 % of maxmemory
    // (redis-memory.ts), so maxmemory must be 10.4 GB plus the backlog. Less than 0.001 (4 s) could round to
    // 0 s, which Redis refuses.
    schema: z.coerce.number().min(0.001).max(720).default(48),
    about: 'how long duplicates of an event are recognised',
  },
  HOLD_FOR_CREATE_MS: {
    // The deliveries of one checkout arrive within 2 s on average, 7 s at p99 (measured in 2024); 0 = off.
    schema: duration(0, 60_000).default(2000),
    about: "how long an order's first events wait for its `orders/create`",
  },
  MAX_BODY_BYTES: {
    // Shopify publishes no maximum; its staff say "upwards of a megabyte". At most 15 MiB, because a journal
    // entry holds the body and MongoDB limits documents to 16 MiB. Ingest holds at most six bodies of this
    // size at a time (but at least 32 MiB, see accept/bytes-in-flight.ts).
    schema: z.coerce
      .number()
      .int()
      .min(1024)
      .max(15 * 1024 * 1024)
      .default(5 * 1024 * 1024),
    about: 'larger webhooks are refused with 413',
  },
  DURABILITY: {
    schema: z
      .string()
      .regex(/^(redis|both|replicas:[1-9])$/, 'is not redis, both or replicas:<1 to 9>')
      .default('redis'),
    about:
      'where an event is before its 200: `redis`, `replicas:<n>` (Redis and n replicas, best effort) or `both` (Redis and MongoDB: survives a failover); the same for all programs',
  },
  DEPOSIT_TIMEOUT_MS: {
    // Shopify waits 5 s; this and the write to the spool (1.2 s) must fit.
    schema: duration(50, 3000).default(1500),
    about: 'how long Redis may take to store an event',
  },
  SHUTDOWN_DELAY_MS: {
    // Kubernetes takes a second or two to take a pod that is not ready out of a service; other balancers ask less often.
    // 0: nothing is in front that could send requests elsewhere.
    schema: duration(0, 60_000).default(0),
    about:
      'how long a program that was told to stop continues to serve requests: `/readyz` answers 503, and each answer closes its connection, so that load balancers use another one',
  },
  SHUTDOWN_MS: {
    schema: duration(100, 300_000).default(10_000),
    about: 'how long a stopping program may then take to finish its work',
  },
  JOURNAL_RETENTION_DAYS: {
    schema: z.coerce.number().positive().max(3650).default(90),
    about: 'how long the journal keeps an event, and how long parked events are kept',
  },
  CHANGES_RETENTION_DAYS: {
    // Longer than any consumer should be down. A change takes about 500 bytes.
    schema: z.coerce.number().min(1).max(3650).default(30),
    about:
      'how long the change feed keeps a change; consumers that are further behind must copy everything again',
  },
  ORDER_BODY: {
    // Developers who read orders in MongoDB expect Shopify's order there. The other values store less personal data.
    schema: z.enum(['full', 'masked', 'none']).default('full'),
    about:
      "what `orders` stores of Shopify's body: `full`, `masked` (without personal data) or `none`; an order's next event applies it",
  },
  LOCKSTEP_HANDLERS: {
    schema: z.string().min(1).optional(),
    about: 'a folder or a module with handlers of your own, which publishers run ([handlers](handlers.md))',
  },
  OPS_JWT_SECRET: {
    schema: z.string().min(32).optional(),
    about: 'signs the API tokens, at least 32 characters; the dashboard needs it',
    secret: true,
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    about: 'how much is logged',
  },
} as const satisfies Record<string, { schema: z.ZodType; about: string; secret?: true }>;

export type Setting = keyof typeof SETTINGS;
/** These send the app's secret and every shop's tokens to another server. */
const DEVELOPMENT_ONLY = ['SHOPIFY_API_URL'] as const satisfies readonly Setting[];
type Values = { [Name in Setting]: z.output<(typeof SETTINGS)[Name]['schema']> };
/** Settings, of which `Needed` are set. */
export type Config<Needed extends Setting = never> = Values & {
  [Name in Needed]-?: NonNullable<Values[Name]>;
};

/** How long the claim of an event is kept. */
export function dedupeTtlSeconds({ DEDUPE_TTL_HOURS }: Config): number {
  return Math.round(DEDUPE_TTL_HOURS * 3600);
}

/** How many replicas of Redis must have an event before it is acknowledged. */
export function replicasOf({ DURABILITY }: Config): number {
  return Number(DURABILITY.split(':')[1] ?? 0);
}

export class BadSettings extends Error {
  override readonly name = 'BadSettings';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`bad settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads the settings from an environment. An empty value counts as not set.
 * @throws BadSettings listing every problem, without the values: they may be secrets
 */
export function loadConfig<const Needed extends Setting = never>(
  env: Readonly<Record<string, string | undefined>>,
  needed: readonly Needed[] = [],
): Config<Needed> {
  const problems: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, { schema }]) => {
    const given = env[name]?.trim() === '' ? undefined : env[name];
    const reading = schema.safeParse(given);
    if (!reading.success) problems.push(`${name}: ${reading.error.issues[0]?.message ?? 'is not valid'}`);
    else if (reading.data === undefined && (needed as readonly string[]).includes(name))
      problems.push(`${name}: is required but not set`);
    return [name, reading.data];
  });
  for (const name of DEVELOPMENT_ONLY)
    if (env.NODE_ENV === 'production' && (env[name] ?? '').trim() !== '')
      problems.push(`${name}: is for development only; remove it, or do not set NODE_ENV to production`);
  if (problems.length > 0) throw new BadSettings(problems);
  return Object.fromEntries(entries) as Config<Needed>;
}
