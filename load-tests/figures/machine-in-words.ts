import type { LocalMachine } from '../../testkit/local/machine.ts';

export function machineInWords({ system, cores, cpu, memoryGiB, node }: LocalMachine): string {
  return `${system}, ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}`;
}
