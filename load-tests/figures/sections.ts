import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Comparison } from '../compare/comparison.ts';
import { claimsTable, comparisonTable, madeOn } from '../compare/views.ts';
import type { Growth } from '../growth/cases.ts';
import { growthTable } from '../growth/views.ts';
import type { LoadTestRun } from '../report/run.ts';
import { machineInWords } from './machine-in-words.ts';

/** What each document quotes, by document and section. */
export function sectionsOf(folder: string): Record<string, Record<string, string>> {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  const comparison = read('comparison') as Comparison;
  return {
    'README.md': {
      'flash-sale': saleFigures(read('flash-sale') as LoadTestRun),
      comparison: `${comparisonTable(comparison)}\n\n_${madeOn(comparison)}._`,
    },
    'load-tests/README.md': {
      comparison: `${claimsTable(comparison)}\n\n_${madeOn(comparison)}._`,
      growth: growthFigures(read('growth') as Growth),
    },
  };
}

function saleFigures({ command, startedAt, verdict, machine }: LoadTestRun): string {
  const { redis, mongodb, lockstep } = machine;
  const where = `${startedAt.slice(0, 10)}; ${machineInWords(machine)}, Redis ${redis}, MongoDB engine ${mongodb}, Lockstep ${lockstep}; client and servers on that machine`;
  return `\`${command}\`:\n\n> ${verdict.sentence}\n\n_${where}._`;
}

function growthFigures(growth: Growth): string {
  return `${growthTable(growth)}\n\n_${growth.startedAt.slice(0, 10)}; one worker; ${machineInWords(growth.machine)}; servers and worker on that machine._`;
}
