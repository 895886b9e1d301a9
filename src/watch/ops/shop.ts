import type { ShopList } from '../shapes/shops.ts';
import { queryOf } from './ask.ts';
import { counted, table, time } from './table.ts';
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
];

function shopsText({ shops, total }: ShopList, name: string | undefined): string {
  if (total === 0)
    return name === undefined
      ? 'No shop sent anything in the last 24 hours, and nothing waits.'
      : `Of the shops that sent something in the last 24 hours, or of which something waits, none has ${name} in its name.`;
  const rows = shops.map((shop) => [
    shop.shop,
    shop.waitingEvents,
    shop.events24h,
    `${(shop.share * 100).toFixed(1)} %`,
    time(shop.lastEventAt),
  ]);
  return `${counted(total, 'shop')}.\n\n${table(rows, ['shop', 'waiting', 'in 24 h', 'share', 'last event'])}`;
}
