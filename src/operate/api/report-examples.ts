import { SHOP } from './example-values.ts';

/** Examples of the API's document: reports. */

const FIGURES = {
  currency: 'EUR',
  orders: 1,
  cancelled: 0,
  units: 2,
  gross: '37.82',
  discounts: '0.00',
  returns: '0.00',
  net: '37.82',
  shipping: '4.11',
  duties: '0.00',
  tax: '7.97',
  total: '49.90',
  tips: '0.00',
  giftCards: '0.00',
  refunded: '0.00',
};

export const REPORT_EXAMPLES = {
  ExportLine: { shop: SHOP, orderId: '5820193456789', name: '#1001', totalPrice: '49.90' },
  SalesReport: {
    shop: SHOP,
    from: '2026-11-20',
    to: '2026-11-20',
    zone: 'Europe/Berlin',
    by: 'day',
    test: false,
    rows: [{ group: '2026-11-20', name: null, ...FIGURES, detail: null, list: null }],
    moreRows: 0,
    totals: [FIGURES],
    leftOut: { test: 0, unreadable: 0 },
    unbalanced: 0,
  },
};
