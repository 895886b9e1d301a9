import { Option } from 'commander';
import { OUTCOMES } from '../order/outcomes.ts';
import { OpsProblem } from './exit.ts';
import { EXPORT_FORMATS, type AskedExport, type ExportFormat } from './export-asked.ts';
import { exportToFile, exportToScreen } from './export-run.ts';
import type { Session } from './session.ts';
import { reasonOption, shopOption, topicOption, verb } from './verb.ts';

interface Given {
  from?: string;
  to?: string;
  shop?: string;
  format: ExportFormat;
  out?: string;
  resume?: boolean;
}

const sharedOptions = (what: string) => [
  new Option('--from <time>', `Only from this date or time on, by ${what}`),
  new Option('--to <time>', 'Only before this time; a date includes the whole day (UTC)'),
  shopOption(),
  new Option('--format <format>', 'File format').choices(EXPORT_FORMATS).default('csv'),
  new Option('--out <file>', 'Write to this file (required for parquet)'),
  new Option('--resume', 'Continue the unfinished file'),
];

const orderOptions = () => [
  new Option('--status <status>', 'Filter by status'),
  new Option('--name <name>', "Filter by the order's name (exact match)"),
  new Option('--parked', 'Only orders with parked events'),
];
interface OrderFilter {
  status?: string;
  name?: string;
  parked?: true;
}

export const EXPORT_VERBS = [
  verb<Given & OrderFilter & { bodies?: true; reason?: string }>({
    call: 'orders',
    about: 'Export orders, newest first',
    options: [
      ...sharedOptions('creation'),
      ...orderOptions(),
      new Option('--bodies', 'Also the body as Shopify sent it, with customer data; needs --reason'),
      reasonOption(),
    ],
    act: async (session, _args, { bodies, reason, ...given }) => {
      if (bodies && reason === undefined) throw new OpsProblem('usage', '--bodies needs --reason');
      const why = bodies && { bodies: '1', reason };
      await runExport(session, 'orders', given, { ...orderFilter(given), ...why });
    },
  }),
  verb<Given & OrderFilter>({
    call: 'lines',
    about: 'Export the lines of orders, a row for each',
    options: [...sharedOptions('creation of the order'), ...orderOptions()],
    act: (session, _args, given) => runExport(session, 'lines', given, orderFilter(given)),
  }),
  verb<Given & { topic?: string; outcome?: string }>({
    call: 'events',
    about: 'Export the journal without payloads: what happened to each event',
    options: [
      ...sharedOptions('when it was applied'),
      topicOption(),
      new Option('--outcome <outcome>', 'Filter by outcome').choices(OUTCOMES),
    ],
    act: (session, _args, { topic, outcome, ...given }) =>
      runExport(session, 'events', given, { topic, outcome }),
  }),
];

function orderFilter({ status, name, parked }: OrderFilter) {
  return { status, name, parked: parked && '1' };
}

async function runExport(
  session: Session,
  kind: AskedExport['kind'],
  { from, to, shop, format, out, resume = false }: Given,
  { reason, ...more }: Record<string, string | undefined>,
): Promise<void> {
  const asked = { kind, format, filter: { from, to, shop, ...more }, reason };
  if (out !== undefined) return await exportToFile(session, asked, out, resume);
  if (resume) throw new OpsProblem('usage', '--resume continues a file: name it with --out');
  if (format === 'parquet') throw new OpsProblem('usage', 'parquet needs a file: name it with --out');
  await exportToScreen(session, asked);
}
