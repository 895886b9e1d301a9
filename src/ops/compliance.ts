import { Option } from 'commander';
import type { ComplianceList, ComplianceRequest, ExportAnswer } from '../operate/shapes/compliance.ts';
import { placeOf, queryOf } from './ask.ts';
import { change, reasonToAct } from './change.ts';
import { OpsProblem } from './exit.ts';
import { PAGE } from './rows.ts';
import type { Session } from './session.ts';
import { counted, facts, table, time } from './table.ts';
import { changeOptions, limitOption, verb, type Changing } from './verb.ts';

export const COMPLIANCE_VERBS = [
  verb<{ done?: true; limit: number }>({
    call: 'ls',
    about: 'List privacy requests from Shopify (data requests and erasures), soonest due first',
    options: [new Option('--done', 'List completed requests instead of open ones'), limitOption(PAGE)],
    act: async (session, _args, { done, limit }) => {
      const state = done ? 'done' : 'open';
      const list = await session.ask<ComplianceList>(`/compliance${queryOf({ state, limit })}`);
      session.show(list, listText(list));
    },
  }),
  verb({
    call: 'show <id>',
    about: 'Show a request and what was done',
    act: async (session, [id = '']) => {
      const request = await read(session, id);
      session.show(request, requestText(request));
    },
  }),
  verb<Changing>({
    call: 'export <id>',
    about: 'Print everything stored about the customer of a data request, as JSON, and complete the request',
    options: changeOptions(),
    act: async (session, [id = ''], changing) => {
      const reason = reasonToAct(changing);
      if (reason !== null) {
        const whole = await exportAll(session, id, reason);
        session.show(whole, JSON.stringify(whole, null, 2));
        return;
      }
      await change(session, changing, {
        look: async () => {
          const shown = await read(session, id);
          const would = `${requestText(shown)}\n\nEverything stored about this customer would be printed, unmasked.`;
          return {
            would,
            refused: shown.customer === null ? 'the request is not about a customer' : null,
            shown,
          };
        },
        act: () => Promise.reject(new Error('a dry run changes nothing')),
      });
    },
  }),
];

async function read(session: Session, id: string): Promise<ComplianceRequest> {
  if (!/^[0-9a-f]{64}$/.test(id))
    throw new OpsProblem('usage', `invalid request ID: ${id} (expected 64 hex digits)`);
  return await session.ask<ComplianceRequest>(placeOf('compliance', id));
}

/** Reads all pages; the last one completes the request. */
async function exportAll(session: Session, id: string, reason: string) {
  const orders: ExportAnswer['orders'] = [];
  for (let after: string | null = null; ;) {
    const body = after === null ? { reason } : { reason, after };
    const page: ExportAnswer = await session.send<ExportAnswer>(placeOf('compliance', id, 'export'), body);
    orders.push(...page.orders);
    if (page.next === null) return { request: id, orders };
    after = page.next;
  }
}

function listText({ requests, more }: ComplianceList): string {
  if (requests.length === 0) return 'No requests.';
  const rows = requests.map((each) => [
    each.id,
    each.kind,
    each.shop,
    each.customer,
    each.state,
    time(each.dueAt),
    time(each.doneAt),
  ]);
  const head = ['request', 'kind', 'shop', 'customer', 'state', 'due', 'done'];
  return `${counted(requests.length, 'request')}${more ? ' (more: use --limit)' : ''}.\n\n${table(rows, head)}`;
}

function requestText(request: ComplianceRequest): string {
  const counts = Object.entries(request.counts).map(([name, count]) => `${name} ${count}`);
  const given = request.exports.map(({ at, who }) => `${time(at)} by ${who}`);
  return facts([
    ['request', request.id],
    ['kind', request.kind],
    ['shop', request.shop],
    ['customer', request.customer],
    ['orders', request.orders.join(', ')],
    ['received', time(request.receivedAt)],
    ['due', time(request.dueAt)],
    ['state', request.state],
    ['redacted', counts.join(', ')],
    ['done', time(request.doneAt)],
    ['reason', request.because],
    ['exported', given.join(', ')],
  ]);
}
