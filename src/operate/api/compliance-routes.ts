import type { ComplianceDocument } from '../../persist/compliance-schema.ts';
import type { Exported } from '../../compliance/export.ts';
import type { RequestStore } from '../../persist/request-store.ts';
import { Refusal, invalidField } from '../refusal.ts';
import {
  complianceList,
  compliancePath,
  complianceQuery,
  complianceRequest,
  exportAnswer,
  exportRequest,
  type ComplianceRequest,
} from '../shapes/compliance.ts';
import { route, type Route } from './route.ts';
import { ofRecord } from './scope.ts';
import { several } from '../words.ts';

export interface ComplianceTools {
  requests: RequestStore;
  exported: (record: ComplianceDocument, after: string | null) => Promise<Exported>;
  now: () => number;
}

const STATES = { open: ['asked', 'working'], done: ['done'] } as const;

export function complianceRoutes({ requests, exported, now }: ComplianceTools): Route[] {
  const find = async (id: string): Promise<ComplianceDocument> => {
    const record = await requests.one(id);
    if (!record) throw new Refusal('not_found', 'no such request in the collection compliance');
    return record;
  };
  const ofRequest = ofRecord(requests);
  return [
    route({
      method: 'get',
      path: '/compliance',
      role: 'operator',
      scope: 'filtered',
      about:
        "Shopify's privacy requests: to export or erase the data of a customer or a shop, with their due dates.",
      query: complianceQuery,
      answer: complianceList,
      handle: async ({ query: { state, limit }, who }) => {
        const found = await requests.list(STATES[state], who.shops, limit + 1);
        return { requests: found.slice(0, limit).map(requestView), more: found.length > limit };
      },
    }),
    route({
      method: 'get',
      path: '/compliance/{id}',
      role: 'operator',
      scope: ofRequest,
      about: 'One privacy request.',
      params: compliancePath,
      answer: complianceRequest,
      handle: async ({ params }) => requestView(await find(params.id)),
    }),
    route({
      method: 'post',
      path: '/compliance/{id}/export',
      role: 'admin',
      scope: ofRequest,
      about: 'All stored data about the customer of a data request, a page at a time.',
      params: compliancePath,
      body: exportRequest,
      answer: exportAnswer,
      audit: ({ params }) => ({ action: 'compliance.export', target: params.id }),
      handle: async ({ params, body, who }) => {
        const record = await find(params.id);
        if (record.kind !== 'customers/data_request')
          throw new Refusal('conflict', `${record.kind} is a request to erase, not to export`);
        const { after = null } = body;
        if (after !== null && !record.pages?.includes(after))
          throw invalidField('after', 'unknown page of this request; start with the first page');
        const page = await exported(record, after);
        await requests.handedOver(record._id, who.name, new Date(now()), page.next);
        return { did: didOf(page), ...page };
      },
    }),
  ];
}

function didOf({ orders, next }: Exported): string {
  const events = orders.reduce((sum, order) => sum + order.events.length, 0);
  const end = next === null ? 'this was the last page' : 'more pages follow';
  return `exported ${several(orders.length, 'order', 'orders')} with ${several(events, 'event', 'events')}; ${end}`;
}

function requestView({ _id, ...record }: ComplianceDocument): ComplianceRequest {
  const { kind, shop, customer, orders, state, counts, passes } = record;
  return {
    id: _id,
    kind,
    shop,
    customer,
    orders,
    receivedAt: record.receivedAt.toISOString(),
    dueAt: record.dueAt.toISOString(),
    state,
    counts,
    passes,
    doneAt: record.doneAt?.toISOString() ?? null,
    because: record.because ?? null,
    exports: record.exports.map(({ at, who }) => ({ at: at.toISOString(), who })),
  };
}
