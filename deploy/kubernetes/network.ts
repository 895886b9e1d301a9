import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { Service } from 'kubernetes-models/v1/Service';
import { ADMIN, hasAdminPort, HTTP, labelsOf, nameOf, type Program } from './programs.ts';

type Rules = Required<NonNullable<INetworkPolicy['spec']>>;

/** Where Prometheus is. */
const MONITORING = { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } };

const tcp = (port: number) => ({ protocol: 'TCP' as const, port });
const DNS = { ports: [tcp(53), { protocol: 'UDP' as const, port: 53 }] };
/** Redis, Sentinels, and MongoDB; patch it if yours have other ports. */
const STORES = { ports: [tcp(6379), tcp(26_379), tcp(27_017)] };
/** Publishers and the app call other systems, at any address and port. */
const ANYWHERE = {};

/** @returns null if nobody sends it requests */
export function serviceOf(program: Program): Service | null {
  if (!program.port) return null;
  return new Service({
    metadata: { name: nameOf(program), labels: labelsOf(program) },
    spec: { selector: labelsOf(program), ports: [{ name: HTTP, port: 80, targetPort: HTTP }] },
  });
}

/** What may reach a program, and what it may reach. The kubelet's probes are always allowed. */
export function networkPolicyOf(program: Program): NetworkPolicy {
  const ingress: Rules['ingress'] = [
    ...(program.port ? [{ ports: [tcp(program.port.number)] }] : []),
    ...(hasAdminPort(program)
      ? [{ from: [{ namespaceSelector: MONITORING }], ports: [tcp(ADMIN.number)] }]
      : []),
  ];
  return new NetworkPolicy({
    metadata: { name: nameOf(program), labels: labelsOf(program) },
    spec: {
      podSelector: { matchLabels: labelsOf(program) },
      policyTypes: ['Ingress', 'Egress'],
      ingress,
      egress: program.callsOthers ? [ANYWHERE] : [DNS, STORES],
    },
  });
}
