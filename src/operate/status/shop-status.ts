import type { ReconcileStore } from '../../persist/reconcile-store.ts';
import type { RequestStore } from '../../persist/request-store.ts';
import type { ComplianceDocument } from '../../persist/compliance-schema.ts';
import { reconcileView } from './reconcile-view.ts';
import type { OpenRequest, ShopDetail, ShopList } from '../shapes/shops.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import { NO_INSTALL, type InstallReader } from './install-reader.ts';
import { NO_TRAFFIC, type ShopReader } from './shop-reader.ts';

/** The status of shops: their events from Redis and their installs from MongoDB. */
export interface ShopStatus {
  /** @param name a part of the shops' names; '' is every shop */
  list: (name: string, bounds: ShopBounds) => Promise<ShopList>;
  /** Null: it neither sent an event nor installed the app. */
  one: (shop: string, bounds: ShopBounds) => Promise<ShopDetail | null>;
}

interface Readers {
  traffic: ShopReader;
  installs: InstallReader;
  passes: Pick<ReconcileStore, 'list'>;
  requests: Pick<RequestStore, 'openOf'>;
}

const SHOWN = 200;
const PASSES = 5;
const REQUESTS = 100;

export function shopStatus({ traffic, installs, passes, requests }: Readers): ShopStatus {
  /** Shares refer to these shops' events: shares of all events would reveal how busy the other shops are. */
  const heardOf = async (bounds: readonly string[]) => {
    const heard = (await traffic.list('')).filter(({ shop }) => bounds.includes(shop));
    const all = heard.reduce((sum, { events24h }) => sum + events24h, 0);
    return heard.map((row) => ({ ...row, share: all === 0 ? 0 : row.events24h / all }));
  };
  const ofThese = async (bounds: readonly string[], name: string): Promise<ShopList> => {
    const [heard, found] = await Promise.all([heardOf(bounds), installs.of([...bounds])]);
    const quiet = bounds.filter((shop) => found.has(shop) && !heard.some((row) => row.shop === shop));
    const shops = [...heard, ...quiet.map((shop) => ({ shop, ...NO_TRAFFIC }))]
      .filter(({ shop }) => shop.includes(name.toLowerCase()))
      .map((row) => ({ ...row, ...(found.get(row.shop) ?? NO_INSTALL) }));
    return { shops, total: shops.length };
  };
  return {
    list: async (name, bounds) => {
      if (bounds) return await ofThese(bounds, name);
      const heard = await traffic.list(name);
      const known = heard.map(({ shop }) => shop);
      const quiet = await installs.others(known, name, Math.max(0, SHOWN - heard.length));
      const shown = [...heard.slice(0, SHOWN), ...quiet.shops.map((shop) => ({ shop, ...NO_TRAFFIC }))];
      const found = await installs.of(shown.map(({ shop }) => shop));
      const shops = shown.map((row) => ({ ...row, ...(found.get(row.shop) ?? NO_INSTALL) }));
      return { shops, total: heard.length + quiet.total };
    },
    one: async (shop, bounds) => {
      const [heard, found, reconciles, open] = await Promise.all([
        bounds ? heardOf(bounds).then((rows) => rows.find((row) => row.shop === shop)) : traffic.one(shop),
        installs.of([shop]),
        passes.list(shop, null, PASSES),
        requests.openOf(shop, REQUESTS),
      ]);
      const install = found.get(shop);
      if (!heard && !install) return null;
      return {
        shop,
        ...(heard ?? NO_TRAFFIC),
        ...(install ?? NO_INSTALL),
        reconciles: reconciles.map(reconcileView),
        requests: open.map(requestView),
      };
    },
  };
}

function requestView({ _id, kind, receivedAt, dueAt, state, passes }: ComplianceDocument): OpenRequest {
  const times = { receivedAt: receivedAt.toISOString(), dueAt: dueAt.toISOString() };
  return { id: _id, kind, ...times, state, passes };
}
