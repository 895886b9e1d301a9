import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { loadConfig, type Setting } from '../../src/system/config.ts';
import { ADMIN, hasAdminPort, HTTP, labelsOf, nameOf, type Program } from './programs.ts';

/** The secret and the config map with Lockstep's settings, which the user makes. */
const SECRET = 'lockstep';
const SETTINGS_MAP = 'lockstep-settings';
/** How long a program that is stopped goes on serving: Kubernetes takes a second or two to send requests elsewhere. */
const DELAY_MS = 5000;
/** Between the end of SHUTDOWN_MS and SIGKILL. */
const MARGIN_MS = 5000;

/** Runs a program. A new version is ready before an old one is told to stop. */
export function deploymentOf(program: Program): Deployment {
  const matchLabels = labelsOf(program);
  return new Deployment({
    metadata: { name: nameOf(program), labels: matchLabels },
    spec: {
      replicas: program.replicas,
      selector: { matchLabels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: matchLabels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          terminationGracePeriodSeconds: graceSecondsOf(program),
          topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
            (topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: 'ScheduleAnyway' as const,
              labelSelector: { matchLabels },
            }),
          ),
          containers: [containerOf(program)],
          volumes: [{ name: 'tmp', emptyDir: {} }],
        },
      },
    },
  });
}

/** A node that is drained takes one replica at a time. */
export function budgetOf(program: Program): PodDisruptionBudget {
  return new PodDisruptionBudget({
    metadata: { name: nameOf(program), labels: labelsOf(program) },
    spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(program) } },
  });
}

function containerOf(program: Program) {
  const { name, resources } = program;
  const admin = hasAdminPort(program) ? ADMIN.name : HTTP;
  const ask = (path: string) => ({ httpGet: { path, port: admin }, timeoutSeconds: 3 });
  return {
    name,
    image: 'lockstep',
    args: ['node', `dist/${name}.js`],
    ports: portsOf(program),
    envFrom: [{ configMapRef: { name: SETTINGS_MAP, optional: true } }],
    env: [...settingsOf(program), ...secretsOf(program)],
    startupProbe: { ...ask('/healthz'), periodSeconds: 2, failureThreshold: 30 },
    livenessProbe: { ...ask('/healthz'), periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { ...ask('/readyz'), periodSeconds: 5 },
    resources: {
      requests: { cpu: resources.cpu, memory: resources.memory },
      limits: { memory: resources.mostMemory },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

function portsOf(program: Program) {
  const { port } = program;
  return [
    ...(port ? [{ name: HTTP, containerPort: port.number }] : []),
    ...(hasAdminPort(program) ? [{ name: ADMIN.name, containerPort: ADMIN.number }] : []),
  ];
}

function settingsOf(program: Program) {
  const { port } = program;
  const settings: Partial<Record<Setting, string>> = {
    ...(port && { [port.setting]: String(port.number), SHUTDOWN_DELAY_MS: String(DELAY_MS) }),
    ...(hasAdminPort(program) && { ADMIN_PORT: String(ADMIN.number) }),
  };
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

/** Each program gets only the secrets that it needs. */
function secretsOf({ secrets: { needed, optional } }: Program) {
  const from = (name: Setting, more = {}) => ({
    name,
    valueFrom: { secretKeyRef: { name: SECRET, key: name, ...more } },
  });
  return [...needed.map((name) => from(name)), ...optional.map((name) => from(name, { optional: true }))];
}

function graceSecondsOf({ port }: Program): number {
  const { SHUTDOWN_MS } = loadConfig({}, []);
  return ((port ? DELAY_MS : 0) + SHUTDOWN_MS + MARGIN_MS) / 1000;
}
