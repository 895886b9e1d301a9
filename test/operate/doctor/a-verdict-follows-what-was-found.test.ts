import { describe, expect, test } from '@jest/globals';
import { SETTINGS } from '../../../src/system/config.ts';
import { clockSkew, skewFinding } from '../../../src/operate/doctor/clock-skew.ts';
import { examine } from '../../../src/operate/doctor/doctor.ts';
import * as mongo from '../../../src/operate/doctor/mongo-probes.ts';
import { nodeFinding, queuesFinding, versionsFinding } from '../../../src/operate/doctor/program-probes.ts';
import * as redis from '../../../src/operate/doctor/redis-probes.ts';
import { ageFinding } from '../../../src/operate/doctor/secrets-age.ts';
import { shownSettings, withoutPassword } from '../../../src/operate/doctor/shown-settings.ts';

const DAY_MS = 86_400_000;

describe('verdicts', () => {
  test.each([
    ['24.21.0', 'good'],
    ['24.14.1', 'good'],
    ['24.14.0', 'bad'],
    ['24.2.9', 'bad'],
    ['22.22.2', 'good'],
    ['22.22.1', 'bad'],
    ['20.20.2', 'doubtful'],
    ['20.20.1', 'bad'],
    ['25.8.2', 'good'],
    ['23.11.0', 'bad'],
    ['18.20.8', 'bad'],
    ['26.0.0', 'good'],
  ])('Node %s is %s', (version, verdict) => {
    expect(nodeFinding(version).verdict).toBe(verdict);
  });

  test.each([
    [0, 1, 'good'],
    [-900, 1, 'good'],
    [1200, 1, 'doubtful'],
    [1200, 400, 'good'],
    [-11_000, 100, 'bad'],
  ])('a clock %p ms off, ± %p, is %s', (skew, uncertain, verdict) => {
    expect(skewFinding(skew, uncertain).verdict).toBe(verdict);
  });

  test('a clock skew is measured from the middle of the round trip', async () => {
    const ours = [1000, 1400].values();
    const finding = await clockSkew(
      () => Promise.resolve(7200),
      () => Number(ours.next().value),
    );
    expect(finding).toMatchObject({
      verdict: 'doubtful',
      found: "6000 ms ahead of this program's, ± 200 ms",
    });
  });

  test.each([
    [{ aof_enabled: '1', aof_last_write_status: 'ok' }, 'always', 'good'],
    [{ aof_enabled: '1', aof_last_write_status: 'ok' }, 'everysec', 'doubtful'],
    [{ aof_enabled: '1', aof_last_write_status: 'ok' }, null, 'doubtful'],
    [{ aof_enabled: '1', aof_last_write_status: 'err' }, 'always', 'bad'],
    [{ aof_enabled: '0', aof_last_write_status: 'ok' }, 'always', 'bad'],
    [{}, null, 'bad'],
  ])('the append-only file %p, fsync %p, is %s', (info, fsync, verdict) => {
    expect(redis.aofFinding(info as Record<string, string>, fsync).verdict).toBe(verdict);
  });

  test.each([
    ['7.0.15', 'good'],
    ['6.2.0', 'good'],
    ['6.0.16', 'bad'],
    ['', 'bad'],
  ])('Redis %s is %s', (version, verdict) => {
    expect(redis.versionFinding({ redis_version: version }).verdict).toBe(verdict);
  });

  test.each([
    ['1048576', '0', 'good'],
    ['1048576', '2097152', 'good'],
    ['1887436', '2097152', 'bad'],
  ])('Redis with %s bytes of %s used is %s', (used, max, verdict) => {
    expect(redis.memoryFinding({ used_memory: used, maxmemory: max }).verdict).toBe(verdict);
  });

  test.each([
    [3, 'good'],
    [2, 'doubtful'],
    [1, 'bad'],
  ])('%i of 3 lock servers up is %s', (up, verdict) => {
    expect(redis.lockServersFinding({ up, of: 3 }).verdict).toBe(verdict);
  });

  test('an unknown eviction policy is bad', () => {
    expect(redis.evictionFinding({}).verdict).toBe('bad');
    expect(redis.evictionFinding(redis.readInfo('# Memory\r\nmaxmemory_policy:noeviction\r\n')).verdict).toBe(
      'good',
    );
  });

  test('write concern and version of MongoDB', () => {
    expect(mongo.writeConcernFinding('majority', true, 'rs0').verdict).toBe('good');
    expect(mongo.writeConcernFinding('majority', true, null).verdict).toBe('doubtful');
    expect(mongo.writeConcernFinding(1, true, 'rs0').verdict).toBe('bad');
    expect(mongo.writeConcernFinding('majority', undefined, 'rs0').verdict).toBe('bad');
    expect(mongo.versionFinding('8.0.4').verdict).toBe('good');
    expect(mongo.versionFinding('7.0.14').verdict).toBe('bad');
  });

  test('ages of secrets', () => {
    expect(ageFinding('OPS_JWT_SECRET', 3_600_000).found).toBe('first seen less than a day ago');
    expect(ageFinding('OPS_JWT_SECRET', 364 * DAY_MS).verdict).toBe('good');
    expect(ageFinding('OPS_JWT_SECRET', 365 * DAY_MS).verdict).toBe('doubtful');
    expect(ageFinding('SHOPIFY_API_SECRET_PREVIOUS', 31 * DAY_MS).verdict).toBe('doubtful');
    expect(ageFinding('SHOPIFY_API_SECRET', 31 * DAY_MS).verdict).toBe('good');
  });

  test('paused queues and unknown versions are doubtful', () => {
    expect(queuesFinding([true, false])).toMatchObject({
      verdict: 'doubtful',
      found: '1 of 2 is paused: partition 0',
    });
    expect(queuesFinding([true, false, true]).found).toBe('2 of 3 are paused: partitions 0, 2');
    expect(queuesFinding([false]).verdict).toBe('good');
    expect(versionsFinding({ lockstep: '0.1.0', bullmq: null })).toMatchObject({
      verdict: 'doubtful',
      found: 'lockstep 0.1.0, bullmq ?',
    });
  });

  test('a probe that takes too long fails alone', async () => {
    const never = examine({ name: 'slow', look: () => new Promise(() => undefined) }, 20);
    expect(await never).toMatchObject({ name: 'slow', verdict: 'bad', found: 'could not be read: too slow' });
  });
});

describe('shown settings', () => {
  test.each([
    ['redis://localhost:6379/0', 'redis://localhost:6379/0'],
    ['rediss://user:p@ss@h:1/0', 'rediss://h:1/0'],
    ['redis://h/0?password=hunter2', 'redis://h/0?…'],
    ['redis://u:p?ss@h/0', 'redis://…'],
    ['redis://h/0?password=a@b', 'redis://…'],
    ['mongodb+srv://u:p@a,b:27017/db?authSource=admin', 'mongodb+srv://a,b:27017/db?…'],
    ['200', '200'],
  ])('%s is shown as %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });

  test('every setting with a secret name is a secret, and shows only whether it is set', () => {
    const values = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, `value-of-${name}`]));
    const { settings } = shownSettings(values);
    expect(settings.map(({ name }) => name)).toEqual(Object.keys(SETTINGS));
    const secret = settings.filter((setting) => setting.secret);
    expect(secret.map(({ name }) => name)).toEqual(
      settings.map(({ name }) => name).filter((name) => /SECRET|TOKEN/.test(name)),
    );
    expect(secret.length).toBe(4);
    for (const { value } of secret) expect(value).toBe('set');
  });
});
