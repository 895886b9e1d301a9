import { Router, type Request, type RequestHandler } from 'express';
import type { Logger } from '../system/log.ts';
import type { Installer } from './installer.ts';
import { errorPage, merchantPage } from './merchant-page.ts';
import { isShop, type Shopify, type ShopifyAddress } from './shopify.ts';

export interface InstallTools {
  shopify: Shopify;
  address: ShopifyAddress;
  /** SHOPIFY_API_URL */
  standIn: string | undefined;
  installer: Installer;
  log: Logger;
}

const CALLBACK = '/auth/callback';
const FROM_ADMIN = 'To open Lockstep, go to Apps in your Shopify admin.';

/**
 * How a shop installs the app. Shopify opens `/app`: inside the admin it shows the page, outside it redirects
 * to Shopify's grant immediately. Merchants never have to type their shop's name.
 */
export function installRoutes({ shopify, address, standIn, installer, log }: InstallTools): Router {
  const router = Router();
  // No rate limit is needed: only a callback that Shopify signed, with the cookie from /auth, leads to a call
  // to Shopify.
  router.use(['/auth', '/app'], onlyOfShops(shopify));
  router.use('/auth', readdressed(address));

  router.get('/app', (request, response) => {
    const shop = shopOf(request);
    if (request.query.embedded === '1')
      merchantPage(response, shop, { apiKey: shopify.config.apiKey, standIn });
    else response.redirect(302, `/auth?shop=${shop}`);
  });

  router.get('/auth', async (request, response) => {
    const begun = { shop: shopOf(request), callbackPath: CALLBACK, isOnline: false };
    await shopify.auth.begin({ ...begun, rawRequest: request, rawResponse: response });
  });

  router.get(CALLBACK, onlySigned, async (request, response) => {
    const shop = shopOf(request);
    try {
      await installer.byGrant(shop, async () => {
        const asked = { expiring: true, rawRequest: request, rawResponse: response };
        const { session, headers } = await shopify.auth.callback(asked);
        response.set(headers as Record<string, string>);
        return session;
      });
    } catch (error) {
      log.warn({ kind: error instanceof Error ? error.constructor.name : 'unknown' }, 'installation failed');
      errorPage(response, 400, `The installation did not succeed. ${FROM_ADMIN}`);
      return;
    }
    response.redirect(
      302,
      await shopify.auth.getEmbeddedAppUrl({ rawRequest: request, rawResponse: response }),
    );
  });
  return router;
}

/** Refuses requests without a shop's name, or with a wrong signature. */
function onlyOfShops({ utils }: Shopify): RequestHandler {
  return async (request, response, next) => {
    if (request.path === '/state') return next();
    const query = request.query as Record<string, string>;
    if (!isShop(query.shop)) return errorPage(response, 400, FROM_ADMIN);
    if ('hmac' in query && !(await isSigned(utils, query))) return errorPage(response, 400, FROM_ADMIN);
    next();
  };
}

/** Shopify's callbacks are signed. For any other request nothing is looked up, locked or stored. */
const onlySigned: RequestHandler = (request, response, next) => {
  if ('hmac' in request.query) next();
  else errorPage(response, 400, FROM_ADMIN);
};

async function isSigned(utils: Shopify['utils'], query: Record<string, string>): Promise<boolean> {
  try {
    return await utils.validateHmac(query);
  } catch {
    return false;
  }
}

/** {@link onlyOfShops} has checked it. */
function shopOf({ query }: Request): string {
  return query.shop as string;
}

/** Shopify's library redirects browsers to its own servers. With a simulated Shopify, they are sent to that instead. */
function readdressed(address: ShopifyAddress): RequestHandler {
  return (_request, response, next) => {
    const setHeader = response.setHeader.bind(response);
    response.setHeader = (name, value) => {
      if (name !== 'Location') return setHeader(name, value);
      const { hostname, pathname, search } = new URL(String(value));
      return setHeader(name, address(hostname, pathname + search));
    };
    next();
  };
}
