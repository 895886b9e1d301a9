import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, SETTINGS, type Setting } from '../src/system/config.ts';
import { compose, DEMANDED, environmentOf } from './support/compose.ts';

const dockerfile = readFileSync('Dockerfile', 'utf8');

/** What each program must be given (see src/*.ts). */
const NEEDS: Record<string, Setting[]> = {
  ingest: ['REDIS_URL', 'SHOPIFY_API_SECRET'],
  worker: ['REDIS_URL', 'MONGODB_URI'],
  dashboard: ['REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET'],
};

describe('docker-compose.yml', () => {
  test('P2: Redis keeps every event on disk before its answer, and evicts nothing', () => {
    const { command } = compose.services.redis ?? { command: [] };
    const settings = Object.fromEntries(
      Array.from({ length: (command.length - 1) / 2 }, (_, i) => command.slice(1 + i * 2, 3 + i * 2)),
    ) as Record<string, string>;
    expect(settings).toEqual({
      '--appendonly': 'yes',
      '--appendfsync': 'always',
      '--maxmemory-policy': 'noeviction',
    });
  });

  test('MongoDB is a one-node replica set that initialises itself', () => {
    const mongo = compose.services.mongo;
    expect(mongo?.command).toEqual(['mongod', '--replSet', 'rs0', '--bind_ip_all']);
    expect(mongo?.healthcheck?.test.join(' ')).toContain("rs.initiate({ _id: 'rs0'");
  });

  test.each(Object.entries(NEEDS))('%s has what it needs, and is checked', (name, needed) => {
    const service = compose.services[name];
    const environment = environmentOf(service, DEMANDED);
    for (const setting of Object.keys(environment)) expect(Object.keys(SETTINGS)).toContain(setting);
    expect(() => loadConfig(environment, needed)).not.toThrow();
    expect(service?.command).toEqual(['node', `dist/${name}.js`]);
    expect(existsSync(`src/${name}.ts`)).toBe(true);
    const port = environment.ADMIN_PORT ?? environment.DASHBOARD_PORT;
    expect(service?.healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/readyz`);
    expect(service?.depends_on).toEqual({
      redis: { condition: 'service_healthy' },
      mongo: { condition: 'service_healthy' },
    });
  });

  test('the dashboard is published on loopback only, Redis and MongoDB not at all', () => {
    expect(compose.services.dashboard?.ports).toEqual(['127.0.0.1:3001:3001']);
    expect(compose.services.redis?.ports).toBeUndefined();
    expect(compose.services.mongo?.ports).toBeUndefined();
  });

  test('no secret stands in the file', () => {
    for (const { environment = {} } of Object.values(compose.services))
      for (const [, value] of Object.entries(environment).filter(([name]) => name.includes('SECRET')))
        expect(value).toMatch(/^\$\{/);
  });
});

describe('Dockerfile', () => {
  test('has production packages only, and no root', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(dockerfile).toContain('--omit=dev');
    expect(last).toContain('USER node');
    expect(last).not.toContain('npm install');
  });
});
