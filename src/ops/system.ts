import type { ConfigAnswer, Doctor, SystemStatus } from '../operate/shapes/system.ts';
import { statusText } from './status-text.ts';
import { counted, table } from './table.ts';
import { verb } from './verb.ts';

export const SYSTEM_VERBS = [
  verb({
    call: 'status',
    about: 'Show the overall status; exit code 1 if the first line says CRITICAL',
    act: async (session) => {
      const status = await session.ask<SystemStatus>('/status');
      session.show(status, statusText(status));
      // For cron: CRITICAL needs an operator now. WARNING can wait, and exits with 0.
      if (status.level === 'act') session.endAs('refused');
    },
  }),
  verb({
    call: 'config',
    about: "Show the running dashboard's settings; secrets are hidden",
    act: async (session) => {
      const config = await session.ask<ConfigAnswer>('/config');
      session.show(config, configText(config));
    },
  }),
  verb({
    call: 'doctor',
    about: 'Check clocks, servers, indexes, secrets, and versions, and suggest fixes',
    act: async (session) => {
      const doctor = await session.ask<Doctor>('/doctor');
      session.show(doctor, doctorText(doctor));
      if (doctor.checks.some(({ verdict }) => verdict === 'bad')) session.endAs('refused');
    },
  }),
];

function configText({ settings }: ConfigAnswer): string {
  const given = settings.filter(({ value }) => value !== null).length;
  const rows = settings.map(({ name, value, about }) => [name, value ?? '-', about]);
  return `${given} of ${settings.length} settings have a value.\n\n${table(rows)}`;
}

const MARKS = { good: 'ok', doubtful: 'WARNING', bad: 'FAILED' } as const;

function doctorText({ checks }: Doctor): string {
  const bad = checks.filter(({ verdict }) => verdict === 'bad').length;
  const doubtful = checks.filter(({ verdict }) => verdict === 'doubtful').length;
  const head =
    bad + doubtful === 0
      ? `All ${checks.length} checks passed.`
      : `${checks.length} checks: ${bad} failed, ${counted(doubtful, 'warning')}.`;
  const lines = table(checks.map(({ verdict, name, found }) => [MARKS[verdict], name, found])).split('\n');
  const advice = (text: string | null) => (text === null ? [] : [`      -> ${text}`]);
  return [head, '', ...checks.flatMap((check, i) => [lines[i] ?? '', ...advice(check.advice)])].join('\n');
}
