import { Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ConfigAnswer, Doctor } from '../../watch/shapes/system.ts';
import type { ApiProblem } from '../api.ts';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../components/plain.tsx';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';
import { useApi } from '../use-api.ts';
import { useMay } from '../who.tsx';
import { readingOf } from './reading.ts';
import { CheckAgain } from './check-again.tsx';

type Check = Doctor['checks'][number];
type Setting = ConfigAnswer['settings'][number];

const VERDICTS = {
  bad: { tone: 'bad', icon: IconX, rank: 0 },
  doubtful: { tone: 'look', icon: IconAlertTriangle, rank: 1 },
  good: { tone: 'good', icon: IconCheck, rank: 2 },
} as const satisfies Record<Check['verdict'], { tone: Tone; icon: typeof IconX; rank: number }>;

/** How Redis, MongoDB and the settings are, what is wrong first; and the settings in force. */
export function DoctorPage() {
  const may = useMay('operator');
  const doctor = useApi<Doctor>('/doctor', undefined, { enabled: may });
  const settings = useApi<ConfigAnswer>('/config', undefined, { enabled: may });
  if (!may)
    return (
      <Page title="Doctor">
        <Empty title="For operators only" why="The checks and the settings need the role operator." />
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
        label="Checks, what is wrong first"
        rows={checks}
        rowKey={(check) => check.name}
        columns={CHECK_COLUMNS}
        {...readingOf(doctor)}
        empty={<Empty title="No checks" why="The dashboard has none to make." />}
      />
      {!doctor.isPending && <Settings settings={settings} />}
    </Page>
  );
}

/** Below the checks, and so after them: they take a second, and would push these down. */
function Settings({ settings }: { settings: UseQueryResult<ConfigAnswer, ApiProblem> }) {
  return (
    <>
      <Title order={2} size="h4" mt="xl" mb="sm">
        Settings
      </Title>
      <DataTable
        label="Settings in force"
        rows={settings.data?.settings}
        rowKey={(setting) => setting.name}
        columns={SETTING_COLUMNS}
        {...readingOf(settings)}
        empty={<Empty title="No settings" why="The dashboard told none." />}
      />
    </>
  );
}

function sentenceOf(checks: Check[]): string {
  const bad = checks.filter((check) => check.verdict === 'bad').length;
  const doubtful = checks.filter((check) => check.verdict === 'doubtful').length;
  if (bad + doubtful === 0) return `All ${checks.length} checks are good.`;
  return `${checks.length} checks: ${bad} bad, ${doubtful} doubtful.`;
}

const CHECK_COLUMNS: readonly Column<Check>[] = [
  { head: 'Verdict', width: 110, cell: (check) => <Verdict verdict={check.verdict} /> },
  { head: 'Check', width: 190, cell: (check) => <Plain text={check.name} max={80} /> },
  { head: 'Found', width: 380, cell: (check) => <Plain text={check.found} /> },
  { head: 'What to do', cell: (check) => (check.advice === null ? null : <Plain text={check.advice} />) },
];

function Verdict({ verdict }: { verdict: Check['verdict'] }) {
  const { tone, icon: Mark } = VERDICTS[verdict];
  return (
    <ToneBadge tone={tone} icon={<Mark size={14} aria-hidden />}>
      {verdict}
    </ToneBadge>
  );
}

const SETTING_COLUMNS: readonly Column<Setting>[] = [
  { head: 'Setting', width: 270, cell: (setting) => <code>{setting.name}</code> },
  { head: 'Value', width: 260, cell: (setting) => <Value setting={setting} /> },
  { head: 'About', cell: (setting) => setting.about },
];

function Value({ setting: { value, secret } }: { setting: Setting }) {
  if (value === null) return <span className="dim">not set</span>;
  if (secret) return <span className="dim">set, and not shown</span>;
  return <Plain text={value} max={120} />;
}
