import type { ShopDetail, ShopList, ShopRow } from '../shapes/shops.ts';
import { placeOf, queryOf } from './ask.ts';
import { counted, facts, table, time } from './table.ts';
import { CELLS_OF_PASS, cellsOfPass } from './reconcile.ts';
import { verb } from './verb.ts';

export const SHOP_VERBS = [
  verb({
    call: 'ls [name]',
    about: 'the shops, busiest first; or those whose name holds that',
    act: async (session, [name]) => {
      const list = await session.ask<ShopList>(`/shops${queryOf({ name })}`);
      session.show(list, shopsText(list, name));
    },
  }),
  verb({
    call: 'show <shop>',
    about: 'a shop: its install, what it sends, its last reconciles, and what is asked for persons of it',
    act: async (session, [shop = '']) => {
      const detail = await session.ask<ShopDetail>(placeOf('shops', shop));
      session.show(detail, shopText(detail));
    },
  }),
];

function shopsText({ shops, total }: ShopList, name: string | undefined): string {
  if (total === 0)
    return name === undefined
      ? 'No shop has installed the app or sent anything.'
      : `Of the shops that installed the app, sent something in the last 24 hours, or of which something waits, none has ${name} in its name.`;
  const rows = shops.map((shop) => [
    shop.shop,
    shop.state,
    shop.waitingEvents,
    shop.events24h,
    percent(shop.share),
    time(shop.lastWebhookAt),
    time(shop.reconciledTo),
    shop.putRight,
    needsOf(shop).join(' '),
  ]);
  const head = [
    'shop',
    'state',
    'waiting',
    'in 24 h',
    'share',
    'last webhook',
    'reconciled to',
    'put right',
    'attention',
  ];
  return `${counted(total, 'shop')}.\n\n${table(rows, head)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** All that somebody should see to. */
function needsOf({ attention, subscriptions }: ShopRow): string[] {
  return [...(attention === null ? [] : [attention]), ...(subscriptions?.says ?? [])];
}

function shopText(detail: ShopDetail): string {
  const needs = needsOf(detail).map((each) => `LOOK: ${each}`);
  const { token, subscriptions } = detail;
  const rows = facts([
    ['shop', detail.shop],
    ['state', detail.state],
    ['installed', time(detail.installedAt)],
    ['uninstalled', time(detail.uninstalledAt)],
    ['scopes', detail.scopes.join(', ') || null],
    ['token until', token && `${time(token.expires)}, sealed with key ${token.key}`],
    ['refreshed until', token && time(token.refreshExpires)],
    ['subscriptions seen', time(subscriptions?.checkedAt)],
    ['missing', subscriptions?.missing.join(', ') || null],
    ['doubled', subscriptions?.doubled.join(', ') || null],
    ['events waiting', detail.waitingEvents],
    ['events in 24 h', `${detail.events24h}, ${percent(detail.share)} of all`],
    ['last webhook', time(detail.lastWebhookAt)],
    ['last event', `${time(detail.lastEventAt)} (includes events from reconciliation)`],
    ['reconciled to', time(detail.reconciledTo)],
    ['put right', detail.putRight],
    ['redacted', time(detail.redactedAt)],
  ]);
  return [...needs, rows, passesText(detail), requestsText(detail)].filter(Boolean).join('\n\n');
}

function passesText({ reconciles }: ShopDetail): string {
  if (reconciles.length === 0) return 'It was not reconciled yet.';
  const rows = reconciles.map((pass) => [time(pass.askedAt), ...cellsOfPass(pass)]);
  return table(rows, ['reconciled', ...CELLS_OF_PASS]);
}

function requestsText({ requests }: ShopDetail): string {
  if (requests.length === 0) return '';
  const rows = requests.map(({ id, kind, state, dueAt }) => [kind, state, time(dueAt), id]);
  return table(rows, ['asked for persons', 'state', 'due', 'request']);
}
