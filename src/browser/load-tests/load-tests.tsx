import { IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react';
import type { LoadTestList } from '../../operate/shapes/system.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { When } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { readingOf } from '../tables/reading.ts';

type LoadTest = LoadTestList['reports'][number];

/** The load test reports on this machine, newest first. */
export function LoadTestsPage() {
  const tests = useApi<LoadTestList>('/load-tests');
  return (
    <Page title="Load tests" sentence={tests.data && `Searched ${tests.data.looked}.`}>
      <DataTable
        label="Load test reports, newest first"
        rows={tests.data?.reports}
        rowKey={(test) => test.name}
        columns={COLUMNS}
        {...readingOf(tests)}
        empty={
          <Empty
            title="No reports found"
            why={
              <>
                Every load test writes one: <code>npm run flash-sale</code>.
              </>
            }
          />
        }
      />
    </Page>
  );
}

const COLUMNS: readonly Column<LoadTest>[] = [
  { head: 'Report', width: 220, cell: (test) => <Plain text={test.name} max={80} /> },
  { head: 'When', align: 'right', width: 110, cell: (test) => <When at={test.at} /> },
  { head: 'Promises', width: 105, cell: (test) => <Kept kept={test.kept} /> },
  { head: 'Verdict', cell: (test) => <Plain text={test.verdict} max={200} /> },
  { head: 'Page', width: 70, cell: Open },
];

function Kept({ kept }: { kept: boolean | null }) {
  if (kept === null)
    return (
      <ToneBadge tone="plain" icon={<IconQuestionMark size={14} aria-hidden />}>
        unknown
      </ToneBadge>
    );
  return kept ? (
    <ToneBadge tone="good" icon={<IconCheck size={14} aria-hidden />}>
      all kept
    </ToneBadge>
  ) : (
    <ToneBadge tone="bad" icon={<IconX size={14} aria-hidden />}>
      broken
    </ToneBadge>
  );
}

/** Only paths on this dashboard: it serves the pages of reports in a sandbox. */
const OWN_PLACE = /^\/(?!\/)/;

function Open({ name, report }: LoadTest) {
  if (report === null || !OWN_PLACE.test(report)) return <span className="dim">no page</span>;
  return (
    <a className="link" href={report} target="_blank" rel="noreferrer" aria-label={`Open the report ${name}`}>
      Open
    </a>
  );
}
