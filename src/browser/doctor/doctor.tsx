import { Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ConfigAnswer, Doctor } from '../../operate/shapes/system.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { several } from '../text/figures.ts';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';
import { useApi } from '../client/use-api.ts';
import { useMay } from '../client/who.tsx';
import { readingOf } from '../tables/reading.ts';
import { CheckAgain } from './check-again.tsx';

type Check = Doctor['checks'][number];
type ShownSetting = ConfigAnswer['settings'][number];

const VERDICTS = {
  bad: { word: 'failed', tone: 'bad', icon: IconX, rank: 0 },
  doubtful: { word: 'warning', tone: 'look', icon: IconAlertTriangle, rank: 1 },
  good: { word: 'passed', tone: 'good', icon: IconCheck, rank: 2 },
} as const satisfies Record<Check['verdict'], { word: string; tone: Tone; icon: typeof IconX; rank: number }>;

/** Checks of Redis, MongoDB and the settings, failures first; and the effective settings. */
export function DoctorPage() {
  const may = useMay('operator');
  const doctor = useApi<Doctor>('/doctor', undefined, { enabled: may });
  const settings = useApi<ConfigAnswer>('/config', undefined, { enabled: may });
  if (!may)
    return (
      <Page title="Doctor">
        <Empty title="Operators only" why="The checks and the settings require the operator role." />
      </Page>
    );
  const checks = doctor.data?.checks.toSorted((a, b) => VERDICTS[a.verdict].rank - VERDICTS[b.verdict].rank);
  return (
    <Page
      title="Doctor"
      sentence={checks && sentenceOf(checks)}
      actions={<CheckAgain under={doctor.isFetching} onClick={() => void doctor.refetch()} />}
    >
      <DataTable
        label="Checks, failures first"
        rows={checks}
        rowKey={(check) => check.name}
        columns={CHECK_COLUMNS}
        {...readingOf(doctor)}
        empty={<Empty title="No checks" why="The dashboard has no checks to run." />}
      />
      {!doctor.isPending && <Settings settings={settings} />}
    </Page>
  );
}

/** Shown only after the checks above: those take a second, and would push the settings down. */
function Settings({ settings }: { settings: UseQueryResult<ConfigAnswer, ApiProblem> }) {
  return (
    <>
      <Title order={2} size="h4" mt="xl" mb="sm">
        Settings
      </Title>
      <DataTable
        label="Effective settings"
        rows={settings.data?.settings}
        rowKey={(setting) => setting.name}
        columns={SETTING_COLUMNS}
        {...readingOf(settings)}
        empty={<Empty title="No settings" why="The dashboard returned no settings." />}
      />
    </>
  );
}

function sentenceOf(checks: Check[]): string {
  const bad = checks.filter((check) => check.verdict === 'bad').length;
  const doubtful = checks.filter((check) => check.verdict === 'doubtful').length;
  if (bad + doubtful === 0) return `All ${checks.length} checks passed.`;
  return `${checks.length} checks: ${bad} failed, ${several(doubtful, 'warning', 'warnings')}.`;
}

const CHECK_COLUMNS: readonly Column<Check>[] = [
  { head: 'Result', width: 110, cell: (check) => <Verdict verdict={check.verdict} /> },
  { head: 'Check', width: 190, cell: (check) => <Plain text={check.name} max={80} /> },
  { head: 'Found', width: 380, cell: (check) => <Plain text={check.found} /> },
  { head: 'What to do', cell: (check) => (check.advice === null ? null : <Plain text={check.advice} />) },
];

function Verdict({ verdict }: { verdict: Check['verdict'] }) {
  const { word, tone, icon: Mark } = VERDICTS[verdict];
  return (
    <ToneBadge tone={tone} icon={<Mark size={14} aria-hidden />}>
      {word}
    </ToneBadge>
  );
}

const SETTING_COLUMNS: readonly Column<ShownSetting>[] = [
  { head: 'Setting', width: 270, cell: (setting) => <code>{setting.name}</code> },
  { head: 'Value', width: 260, cell: (setting) => <Value setting={setting} /> },
  { head: 'About', cell: (setting) => setting.about },
];

function Value({ setting: { value, secret } }: { setting: ShownSetting }) {
  if (value === null) return <span className="dim">not set</span>;
  if (secret) return <span className="dim">set (hidden)</span>;
  return <Plain text={value} max={120} />;
}
