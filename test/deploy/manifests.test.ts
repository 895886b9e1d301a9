import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { parse, parseAllDocuments } from 'yaml';
import { manifestFiles } from '../../deploy/kubernetes/layers.ts';
import { rendered } from '../../deploy/kubernetes/render.ts';
import { loadConfig, SETTINGS, type Setting } from '../../src/system/config.ts';
import { createMetrics } from '../../src/system/metrics.ts';

const FOLDER = path.resolve(import.meta.dirname, '..', '..', 'deploy', 'kubernetes');
const FILES = manifestFiles();

/** Settings that a program needs: see src/*.ts. */
const NEEDS: Record<string, Setting[]> = {
  ingest: ['REDIS_URL', 'MONGODB_URI', 'SHOPIFY_API_SECRET', 'SHUTDOWN_DELAY_MS'],
  worker: ['REDIS_URL', 'MONGODB_URI'],
  publisher: ['REDIS_URL', 'MONGODB_URI'],
  dashboard: ['REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET', 'SHUTDOWN_DELAY_MS'],
  app: [
    'REDIS_URL',
    'MONGODB_URI',
    'SHOPIFY_API_KEY',
    'SHOPIFY_API_SECRET',
    'TOKEN_KEYS',
    'SHUTDOWN_DELAY_MS',
  ],
};

/** Addresses. */
const WITH_PASSWORDS = ['REDIS_URL', 'LOCK_REDIS_URLS', 'MONGODB_URI'];

interface Manifest {
  kind: string;
  metadata: { name: string };
}

const manifests = FILES.filter(({ path: file }) => !file.endsWith('kustomization.yaml')).flatMap(
  ({ path: file }) =>
    parseAllDocuments(readFileSync(path.join(FOLDER, file), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
);
const ofKind = (kind: string) => manifests.filter((manifest) => manifest?.kind === kind);

function podOf(name: string) {
  const deployment = ofKind('Deployment').find(({ metadata }) => metadata.name === `lockstep-${name}`);
  const pod = (deployment as IDeployment | undefined)?.spec?.template.spec;
  const [container] = pod?.containers ?? [];
  if (!pod || !container) throw new Error(`no deployment of ${name}`);
  return { pod, container, env: new Map((container.env ?? []).map((each) => [each.name, each])) };
}

test.each(FILES.map((file) => [file.path, file] as const))(
  '%s is what `npm run manifests` writes',
  async (name, file) => {
    expect(readFileSync(path.join(FOLDER, name), 'utf8')).toBe(await rendered(file));
  },
);

describe.each(Object.entries(NEEDS))('%s', (name, needed) => {
  const { pod, container, env } = podOf(name);

  test('is a program of this project, and has the settings that it needs', () => {
    expect(container.args).toEqual(['node', `dist/${name}.js`]);
    expect(existsSync(`src/${name}.ts`)).toBe(true);
    for (const setting of env.keys()) expect(Object.keys(SETTINGS)).toContain(setting);
    expect([...env.keys()]).toEqual(expect.arrayContaining(needed));
  });

  test('has no secret in its manifest', () => {
    const secret = Object.entries(SETTINGS).flatMap(([each, about]) => ('secret' in about ? [each] : []));
    const given = [...env.values()].filter((each) => [...secret, ...WITH_PASSWORDS].includes(each.name));
    expect(given.length).toBeGreaterThan(0);
    for (const each of given) expect(each).toMatchObject({ valueFrom: { secretKeyRef: { key: each.name } } });
  });

  test('runs without root, privileges, a writable system, and a token for the API', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources?.limits).toHaveProperty('memory');
  });

  test('is asked on a port that it has', () => {
    const ports = (container.ports ?? []).map((port) => port.name);
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
      expect(ports).toContain(probe?.httpGet?.port);
  });

  test('has the time that it takes to stop', () => {
    const delayMs = Number(env.get('SHUTDOWN_DELAY_MS')?.value ?? 0);
    const { SHUTDOWN_MS } = loadConfig({}, []);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan((delayMs + SHUTDOWN_MS) / 1000);
  });

  test.each(['PodDisruptionBudget', 'NetworkPolicy'])('has a %s', (kind) => {
    expect(ofKind(kind).map(({ metadata }) => metadata.name)).toContain(`lockstep-${name}`);
  });
});

test('KEDA asks for figures that Lockstep has, and never for their sum', () => {
  const text = readFileSync(path.join(FOLDER, 'keda', 'scaling.yaml'), 'utf8');
  const names = [...text.matchAll(/(\w+)\((lockstep_\w+)\)/g)];
  const known = createMetrics().registry.getMetricsAsArray();
  expect(names.length).toBeGreaterThan(1);
  for (const [, over, name] of names) {
    expect(over).toBe('max');
    expect(known.map((metric) => metric.name)).toContain(name);
  }
});

test('the example is made of folders that exist', () => {
  const folder = path.join(FOLDER, 'example');
  const { resources, components } = parse(
    readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8'),
  ) as Record<'resources' | 'components', string[]>;
  const used = [...resources, ...components];
  expect(used.map((each) => path.basename(each)).toSorted()).toEqual(['app', 'base', 'keda', 'monitoring']);
  for (const each of used) expect(existsSync(path.join(folder, each, 'kustomization.yaml'))).toBe(true);
});
