import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { ADMIN, hasAdminPort, HTTP, nameOf, PROGRAMS, type Program } from './programs.ts';

/** The dashboard has its metrics on its own port. */
export const MONITORS = [
  monitorOf('lockstep', ADMIN.name, PROGRAMS.filter(hasAdminPort)),
  monitorOf(
    'lockstep-dashboard',
    HTTP,
    PROGRAMS.filter((program) => !hasAdminPort(program)),
  ),
];

function monitorOf(name: string, port: string, programs: readonly Program[]): PodMonitor {
  return new PodMonitor({
    metadata: { name },
    spec: {
      selector: {
        matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: programs.map(nameOf) }],
      },
      podMetricsEndpoints: [{ port, path: '/metrics' }],
    },
  });
}
