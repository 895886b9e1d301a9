import { describe, expect, test } from '@jest/globals';
import { composeApp } from '../../src/compose/app.ts';
import { startAll, type Composition } from '../../src/compose/composition.ts';
import { composeDashboard } from '../../src/compose/dashboard.ts';
import { openWakes } from '../../src/compose/deposits.ts';
import { composePublisher } from '../../src/compose/publisher.ts';
import { composeIngest, openIngest } from '../../src/compose/ingest.ts';
import { openResources } from '../../src/compose/resources.ts';
import { composeWorker } from '../../src/compose/worker.ts';
import { APP_SETTINGS } from '../../src/shop/shopify.ts';
import { loadConfig, type Config } from '../../src/system/config.ts';
import { Lifecycle, type Component } from '../../src/system/lifecycle.ts';
import { namespace } from '../support/namespace.ts';
import { silent } from '../support/open-resources.ts';

const NEEDED = [...APP_SETTINGS, 'REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET'] as const;

/** Records which components are started and stopped. */
class RecordedLifecycle extends Lifecycle {
  readonly started: string[] = [];
  readonly stopped: string[] = [];

  override async start(component: Component): Promise<void> {
    this.started.push(component.name);
    const stop = () => {
      this.stopped.push(component.name);
      return component.stop();
    };
    await super.start({ name: component.name, start: () => component.start?.(), stop });
  }
}

interface Opened {
  config: Config<(typeof NEEDED)[number]>;
  log: typeof silent;
  lifecycle: Lifecycle;
  end: () => void;
}

/** How each program is composed, and its components in the order of their start. Without ADMIN_PORT, only worker has `admin`. */
const PROGRAMS: Record<string, { compose: (opened: Opened) => Promise<Composition>; components: string[] }> =
  {
    ingest: {
      compose: async (opened) => composeIngest(await openIngest(opened)),
      components: [
        'redis',
        'heartbeats',
        'spool',
        'app presence',
        'queue',
        'wake-ups',
        'last webhooks',
        'admin',
        'webhooks',
      ],
    },
    worker: {
      compose: async (opened) => composeWorker(await openResources(opened, { temper: 'patient' })),
      components: [
        'redis',
        'lock servers',
        'mongodb',
        'indexes',
        'heartbeats',
        'admin',
        'sweeper',
        'takeover',
        'spool',
        'receipts',
        'change feed',
        'drains',
        'pauser',
      ],
    },
    publisher: {
      compose: async (opened) => composePublisher(await openResources(opened)),
      components: [
        'redis',
        'lock servers',
        'mongodb',
        'indexes',
        'lane queues',
        'signs of destinations',
        'heartbeats',
        'admin',
        'handlers',
        'destinations',
        'lane sweeper',
        'router',
        'backfill',
      ],
    },
    dashboard: {
      compose: async (opened) => composeDashboard(await openResources(opened)),
      components: [
        'redis',
        'lock servers',
        'mongodb',
        'indexes',
        'tokens',
        'refusals',
        'audit signer',
        'age of secrets',
        'unfinished actions',
        'heartbeats',
        'lane queues',
        'schemas',
        'wakes',
        'replays',
        'dashboard',
        'live streams',
        'long polls',
      ],
    },
    app: {
      compose: async (opened) => {
        const resources = await openResources(opened);
        return composeApp({ ...resources, wakes: openWakes(resources) });
      },
      components: [
        'redis',
        'lock servers',
        'mongodb',
        'indexes',
        'queue',
        'wake-ups',
        'token keys',
        'app record',
        'heartbeats',
        'admin',
        'app',
        'compliance',
        'reconciler',
        'completeness',
        'subscriptions',
      ],
    },
  };

async function partsOf(program: string, settings: Record<string, string>): Promise<RecordedLifecycle> {
  const { redisUrl, mongoUri } = await namespace();
  const config = loadConfig(
    {
      REDIS_URL: redisUrl,
      MONGODB_URI: mongoUri,
      SHOPIFY_API_KEY: 'the-client-id',
      SHOPIFY_API_SECRET: 'the-client-secret',
      APP_URL: 'https://lockstep.example.com',
      TOKEN_KEYS: `first:${'0a'.repeat(32)}`,
      OPS_JWT_SECRET: 'a-jwt-secret-for-tests-of-32-characters',
      PORT: '0',
      DASHBOARD_PORT: '0',
      APP_PORT: '0',
      BIND: '127.0.0.1',
      ...settings,
    },
    NEEDED,
  );
  const lifecycle = new RecordedLifecycle(silent, 10_000);
  const opened = { config, log: silent, lifecycle, end: () => undefined };
  await startAll(opened, await PROGRAMS[program]!.compose(opened));
  await lifecycle.stop();
  return lifecycle;
}

describe('the components of a program', () => {
  test.each(Object.entries(PROGRAMS))(
    'of %s start in order, and stop in reverse order',
    async (name, { components }) => {
      const { started, stopped } = await partsOf(name, { ADMIN_PORT: '0' });
      expect(started).toEqual(components);
      expect(stopped).toEqual(components.toReversed());
    },
  );

  test.each(['ingest', 'app'])(
    'without ADMIN_PORT, %s has no server for health and metrics',
    async (name) => {
      const { started } = await partsOf(name, {});
      expect(started).toEqual(PROGRAMS[name]?.components.filter((component) => component !== 'admin'));
    },
  );
});
