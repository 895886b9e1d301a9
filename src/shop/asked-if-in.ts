import { Fault, type FaultCode } from '../system/errors.ts';
import type { AdminApi } from './admin-api.ts';

/** Whether a shop has the app, as Shopify sees it; `unknown`: it does not tell now. */
export type IsIn = 'in' | 'out' | 'unknown';

const ANYTHING = '{ shop { id } }';
/** Somebody may wait for it. */
const ASK_MS = 5000;
const OUT: ReadonlySet<FaultCode> = new Set(['not_installed', 'shopify_refused']);

/** Asks with the token that we hold: an uninstall ends it, and installing again gives another. */
export async function askedIfIn(api: AdminApi, shop: string): Promise<IsIn> {
  try {
    await api.ask(shop, ANYTHING, {}, AbortSignal.timeout(ASK_MS));
    return 'in';
  } catch (error) {
    return error instanceof Fault && OUT.has(error.code) ? 'out' : 'unknown';
  }
}
