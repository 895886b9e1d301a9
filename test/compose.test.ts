import { existsSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
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
  test('MongoDB is a one-node replica set with users, and creates both itself', () => {
    const mongo = compose.services.mongo;
    const command = mongo?.command.join('\n') ?? '';
    expect(command).toContain('mongod --replSet rs0 --bind_ip_all --keyFile /data/configdb/key');
    const check = mongo?.healthcheck?.test.join(' ') ?? '';
    expect(check).toContain("rs.initiate({ _id: 'rs0'");
    expect(check).toContain("createUser({ user: 'lockstep'");
    expect(() => new Script(check.slice(check.indexOf('const admin')))).not.toThrow();
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

  test('ingest, app and dashboard are published on loopback only, Redis and MongoDB not at all', () => {
    const ports = Object.entries(compose.services).map(([name, each]) => [name, each.ports]);
    expect(Object.fromEntries(ports)).toEqual({
      ingest: ['127.0.0.1:3000:3000'],
      dashboard: ['127.0.0.1:3001:3001'],
      app: ['127.0.0.1:3002:3002'],
    });
  });

  test('every service has a memory limit', () => {
    for (const service of Object.values(compose.services)) expect(service.mem_limit).toMatch(/^\d+g$/);
  });

  test.each(Object.keys(DEMANDED))('it does not start without %s', (name) => {
    const given = { ...DEMANDED, [name]: undefined };
    const fill = () => Object.values(compose.services).map((service) => environmentOf(service, given));
    // The app has its own profile and gets an empty secret, which it refuses itself.
    expect(fill).toThrow(name);
  });

  test('every image is pinned to an exact version', () => {
    const images = Object.values(compose.services).map(({ image }) => image);
    const from = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    for (const image of [...images.filter((each) => each !== 'lockstep'), ...from])
      expect(image).toMatch(/^\w+:\d+\.\d+\.\d+(-[a-z-]+)?$/);
  });

  test('the file contains no secrets', () => {
    for (const { environment = {} } of Object.values(compose.services))
      for (const [, value] of Object.entries(environment).filter(([name]) =>
        /SECRET|PASSWORD|KEYS/.test(name),
      ))
        expect(value).toMatch(/^\$\{/);
    for (const { command } of Object.values(compose.services))
      for (const argument of command) expect(argument).not.toMatch(/(?<!\$)\$\{\w*(SECRET|PASSWORD|KEY)/);
  });
});

describe('Dockerfile', () => {
  test('has production packages only, and does not run as root', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(dockerfile).toContain('--omit=dev');
    expect(last).toContain('USER node');
    expect(last).not.toContain('npm install');
  });
});
