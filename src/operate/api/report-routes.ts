import { salesQuery, salesReport } from '../shapes/reports.ts';
import { REPORT_MS, type ReadSales } from '../reports/sales-report.ts';
import { route, type Route } from './route.ts';

/** A report reads every order of its period. */
const PER_MINUTE = 60;

export interface ReportTools {
  sales: ReadSales;
}

export function reportRoutes({ sales }: ReportTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/reports/sales',
      role: 'viewer',
      scope: 'filtered',
      about:
        'Sales by day, week, month, shop, currency, channel, country, region, discount code, tag or SKU, or order by order, without test orders. Each currency has its own rows.',
      perMinute: PER_MINUTE,
      withinMs: REPORT_MS,
      query: salesQuery,
      answer: salesReport,
      handle: ({ query, who }) => sales(query, who.shops),
    }),
  ];
}
