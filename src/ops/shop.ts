import type { ShopDetail, ShopList, ShopRow } from '../operate/shapes/shops.ts';
import { placeOf, queryOf } from './ask.ts';
import { counted, facts, table, time } from './table.ts';
import { CELLS_OF_PASS, cellsOfPass } from './reconcile.ts';
import { verb } from './verb.ts';

export const SHOP_VERBS = [
  verb({
    call: 'ls [name]',
    about: 'List shops, busiest first; with a name, only shops whose name contains it',
    act: async (session, [name]) => {
      const list = await session.ask<ShopList>(`/shops${queryOf({ name })}`);
      session.show(list, shopsText(list, name));
    },
  }),
  verb({
    call: 'show <shop>',
    about: 'Show a shop: installation, traffic, recent reconciliations, and privacy requests',
    act: async (session, [shop = '']) => {
      const detail = await session.ask<ShopDetail>(placeOf('shops', shop));
      session.show(detail, shopText(detail));
    },
  }),
];

function shopsText({ shops, total }: ShopList, name: string | undefined): string {
  if (total === 0)
    return name === undefined
      ? 'No shop has installed the app or sent webhooks.'
      : `No shop name contains ${name}. Searched: shops that installed the app, sent events in the last 24 hours, or have waiting events.`;
  const rows = shops.map((shop) => [
    shop.shop,
    shop.state,
    shop.waitingEvents,
    shop.events24h,
    percent(shop.share),
    time(shop.lastWebhookAt),
    time(shop.reconciledTo),
    shop.repaired,
    needsOf(shop).join(' '),
  ]);
  const head = [
    'shop',
    'state',
    'waiting',
    'events in 24 h',
    'share',
    'last webhook',
    'compared up to',
    'repaired',
    'attention',
  ];
  return `${counted(total, 'shop')}.\n\n${table(rows, head)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Everything that needs an operator's attention. */
function needsOf({ attention, subscriptions }: ShopRow): string[] {
  return [...(attention === null ? [] : [attention]), ...(subscriptions?.says ?? [])];
}

function shopText(detail: ShopDetail): string {
  const needs = needsOf(detail).map((each) => `WARNING: ${each}`);
  const { token, subscriptions } = detail;
  const rows = facts([
    ['shop', detail.shop],
    ['state', detail.state],
    ['installed', time(detail.installedAt)],
    ['uninstalled', time(detail.uninstalledAt)],
    ['scopes', detail.scopes.join(', ') || null],
    ['token expires', token && `${time(token.expires)}, encrypted with key ${token.key}`],
    ['refresh token expires', token && time(token.refreshExpires)],
    ['subscriptions checked', time(subscriptions?.checkedAt)],
    ['missing subscriptions', subscriptions?.missing.join(', ') || null],
    ['duplicate subscriptions', subscriptions?.doubled.join(', ') || null],
    ['events waiting', detail.waitingEvents],
    ['events in 24 h', `${detail.events24h}, ${percent(detail.share)} of all`],
    ['last webhook', time(detail.lastWebhookAt)],
    ['last event', `${time(detail.lastEventAt)} (includes events from reconciliation)`],
    ['compared up to', time(detail.reconciledTo)],
    ['repaired', detail.repaired],
    ['data erased', time(detail.redactedAt)],
  ]);
  return [...needs, rows, passesText(detail), requestsText(detail)].filter(Boolean).join('\n\n');
}

function passesText({ reconciles }: ShopDetail): string {
  if (reconciles.length === 0) return 'Not reconciled yet.';
  const rows = reconciles.map((pass) => [time(pass.askedAt), ...cellsOfPass(pass)]);
  return table(rows, ['reconciled', ...CELLS_OF_PASS]);
}

function requestsText({ requests }: ShopDetail): string {
  if (requests.length === 0) return '';
  const rows = requests.map(({ id, kind, state, dueAt }) => [kind, state, time(dueAt), id]);
  return table(rows, ['privacy request', 'state', 'due', 'id']);
}
