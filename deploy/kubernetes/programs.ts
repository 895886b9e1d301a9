import type { Setting } from '../../src/system/config.ts';

/** A program as Kubernetes runs it. */
export interface Program {
  name: 'ingest' | 'worker' | 'publisher' | 'dashboard' | 'app';
  /** Whether every installation needs it. */
  isOptional: boolean;
  /** Where it answers requests from outside; null if it answers none. */
  port: { setting: Setting; number: number } | null;
  /** Settings that it takes from the secret. */
  secrets: { needed: readonly Setting[]; optional: readonly Setting[] };
  /** It sends requests to other systems, and not only to Redis and MongoDB. */
  callsOthers: boolean;
  replicas: number;
  /** What it asks for: its usual need. Only memory has a limit. */
  resources: { cpu: string; memory: string; mostMemory: string };
}

const STORES = ['REDIS_URL', 'MONGODB_URI'] as const;

/** All of them. Memory: idle 130 to 170 MiB, a third of a gigabyte under load; a worker's pages of events may be 800 MB. */
export const PROGRAMS: readonly Program[] = [
  {
    name: 'ingest',
    isOptional: false,
    port: { setting: 'PORT', number: 3000 },
    secrets: { needed: [...STORES, 'SHOPIFY_API_SECRET'], optional: ['SHOPIFY_API_SECRET_PREVIOUS'] },
    callsOthers: false,
    replicas: 2,
    resources: { cpu: '500m', memory: '384Mi', mostMemory: '1Gi' },
  },
  {
    name: 'worker',
    isOptional: false,
    port: null,
    secrets: { needed: STORES, optional: [] },
    callsOthers: false,
    replicas: 2,
    resources: { cpu: '500m', memory: '384Mi', mostMemory: '1536Mi' },
  },
  {
    name: 'publisher',
    isOptional: false,
    port: null,
    secrets: { needed: STORES, optional: ['TOKEN_KEYS'] },
    callsOthers: true,
    replicas: 2,
    resources: { cpu: '250m', memory: '256Mi', mostMemory: '1Gi' },
  },
  {
    name: 'dashboard',
    isOptional: false,
    port: { setting: 'DASHBOARD_PORT', number: 3001 },
    secrets: { needed: [...STORES, 'OPS_JWT_SECRET'], optional: ['TOKEN_KEYS'] },
    callsOthers: false,
    replicas: 2,
    resources: { cpu: '100m', memory: '256Mi', mostMemory: '1Gi' },
  },
  {
    name: 'app',
    isOptional: true,
    port: { setting: 'APP_PORT', number: 3002 },
    secrets: { needed: [...STORES, 'SHOPIFY_API_KEY', 'SHOPIFY_API_SECRET', 'TOKEN_KEYS'], optional: [] },
    callsOthers: true,
    replicas: 2,
    resources: { cpu: '100m', memory: '256Mi', mostMemory: '1Gi' },
  },
];

/** Where programs answer for health and metrics; the dashboard does so on its own port. */
export const ADMIN = { name: 'admin', number: 9090 };
/** The name of the port for requests from outside. */
export const HTTP = 'http';

export const hasAdminPort = ({ name }: Program): boolean => name !== 'dashboard';

export const nameOf = ({ name }: Pick<Program, 'name'>): string => `lockstep-${name}`;

/** The labels that Kubernetes recommends. */
export const labelsOf = (program: Program) => ({
  'app.kubernetes.io/name': nameOf(program),
  'app.kubernetes.io/part-of': 'lockstep',
});
