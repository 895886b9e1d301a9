import { Fault, type FaultCode } from '../system/errors.ts';
import type { AdminApi } from './admin-api.ts';

/** Whether a shop has the app, according to Shopify. `unknown`: Shopify gives no answer now. */
export type Installed = 'in' | 'out' | 'unknown';

const ANYTHING = '{ shop { id } }';
/** Short, because a merchant may be waiting for the page. */
const ASK_MS = 5000;
const OUT: ReadonlySet<FaultCode> = new Set(['not_installed', 'shopify_refused']);

/** Asks with the stored token: an uninstall makes it invalid, and a reinstall creates another one. */
export async function installedAtShopify(api: AdminApi, shop: string): Promise<Installed> {
  try {
    await api.ask(shop, ANYTHING, {}, AbortSignal.timeout(ASK_MS));
    return 'in';
  } catch (error) {
    return error instanceof Fault && OUT.has(error.code) ? 'out' : 'unknown';
  }
}
