import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalMachine } from '../../testkit/local/machine.ts';
import type { Comparison } from '../compare/comparison.ts';
import {
  bodiesTable,
  claimsTable,
  comparisonTable,
  costsTable,
  killsTable,
  machinePrice,
  madeOn,
  servicesTable,
  racesOf,
  shortTable,
} from '../compare/views.ts';
import { effectsTable, type Effects } from '../effects/views.ts';
import type { Growth } from '../growth/cases.ts';
import { growthTable } from '../growth/views.ts';
import { questionsTable, type QuestionsRun } from '../questions/views.ts';
import type { LoadTestRun } from '../report/run.ts';
import { machineInWords } from './machine-in-words.ts';

/** What each document quotes, by document and section. */
export function sectionsOf(folder: string): Record<string, Record<string, string>> {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  const comparison = read('comparison') as Comparison;
  const growth = read('growth') as Growth;
  const sale = read('flash-sale') as LoadTestRun;
  const lookups = read('lookups') as Run;
  const questions = read('questions') as QuestionsRun;
  const effects = read('effects') as Effects;
  return {
    'README.md': {
      figures: shortFigures(sale, comparison, growth),
      rivals: `${shortTable(comparison)}\n\n_${comparison.startedAt.slice(0, 10)}, ${comparison.machine.cpu}, ${racesOf(comparison.repeats)}; otherwise a machine as above._`,
    },
    'docs/load-tests.md': {
      'flash-sale': saleFigures(sale),
      comparison: `${comparisonTable(comparison)}\n\n_${madeOn(comparison)}._`,
      kills: `${killsTable(comparison)}\n\n_${madeOn({ ...comparison, repeats: comparison.kills[0]?.races ?? 0 })}._`,
      costs: `${costsTable(comparison)}\n\n_${machinePrice()}. ${madeOn(comparison)}._`,
      services: servicesTable(),
      bodies: `${bodiesTable(comparison)}\n\n_${madeOn(comparison)}._`,
      claims: `${claimsTable(comparison)}\n\n_${madeOn(comparison)}._`,
      growth: growthFigures(growth),
      effects: `${effectsTable(effects)}\n\n_${effects.startedAt.slice(0, 10)}; ${machineInWords(effects.machine)}; servers, programs and destinations on that machine._`,
      lookups: `_${lookups.startedAt.slice(0, 10)}; ${machineInWords(lookups.machine)}; servers and dashboard on that machine._`,
    },
    'docs/data.md': { 'question-figures': questionFigures(questions) },
  };
}

/** Three figures, each with its day and processor, and what their machines have in common. */
function shortFigures(sale: LoadTestRun, comparison: Comparison, growth: Growth): string {
  const applied = comparison.rows.find(
    ({ contender, workload, workers }) => contender === 'Lockstep' && workload === 'spread' && workers === 1,
  );
  const largest = growth.cases.toSorted((a, b) => b.events - a.events)[0];
  if (!applied?.eventsPerSecond || !largest) throw new Error('a run lacks the cases that README quotes');
  const whole = (number: number) => Math.round(number).toLocaleString('en-US');
  const when = ({ startedAt, machine }: Run) => `(${startedAt.slice(0, 10)}, ${machine.cpu})`;
  const { redis, mongodb } = comparison.machine;
  const machines = new Set([sale, comparison, growth].map(({ machine }) => withoutProcessor(machine)));
  return [
    `- **A flash sale:** ${sale.verdict.sentence} ${when(sale)}`,
    `- **One worker** applies ${whole(applied.eventsPerSecond)} events/s to MongoDB. ${when(comparison)}`,
    `- **A backlog** of ${whole(largest.events)} events takes ${whole(largest.redisBytes)} bytes of Redis per event. ${when(growth)}`,
    '',
    `_${[...machines].join('; ')}, Redis ${redis} (appendfsync always), MongoDB engine ${mongodb}; everything on one machine. Its speed differs from day to day: compare only figures of the same run._`,
  ].join('\n');
}

interface Run {
  startedAt: string;
  machine: LocalMachine;
}

function withoutProcessor({ system, cores, memoryGiB, node }: LocalMachine): string {
  return `${system}, ${cores} cores, ${memoryGiB} GiB, Node ${node}`;
}

function saleFigures({ command, startedAt, verdict, machine }: LoadTestRun): string {
  const { redis, mongodb, lockstep } = machine;
  const where = `${startedAt.slice(0, 10)}; ${machineInWords(machine)}, Redis ${redis}, MongoDB engine ${mongodb}, Lockstep ${lockstep}; client and servers on that machine`;
  return `\`${command}\`:\n\n> ${verdict.sentence}\n\n_${where}._`;
}

function growthFigures(growth: Growth): string {
  return `${growthTable(growth)}\n\n_${growth.startedAt.slice(0, 10)}; one worker; ${machineInWords(growth.machine)}; servers and worker on that machine._`;
}

function questionFigures(run: QuestionsRun): string {
  return `${questionsTable(run)}\n\n_${run.startedAt.slice(0, 10)}; ${machineInWords(run.machine)}; MongoDB engine ${run.mongodb} on that machine._`;
}
