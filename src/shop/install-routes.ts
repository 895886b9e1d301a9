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
const FROM_ADMIN = 'Open Lockstep from your Shopify admin: there, under Apps.';

/**
 * How a shop comes in. Shopify opens `/app`: inside the admin it is the page; outside it goes to Shopify's grant
 * at once. Nobody is ever asked for a shop's name.
 */
export function installRoutes({ shopify, address, standIn, installer, log }: InstallTools): Router {
  const router = Router();
  // Nothing here needs a limit: Shopify is asked only for a callback that it signed, with the cookie of its beginning.
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
      log.warn(
        { kind: error instanceof Error ? error.constructor.name : 'unknown' },
        'an install was refused',
      );
      errorPage(response, 400, `Shopify's answer could not be used. ${FROM_ADMIN}`);
      return;
    }
    response.redirect(
      302,
      await shopify.auth.getEmbeddedAppUrl({ rawRequest: request, rawResponse: response }),
    );
  });
  return router;
}

/** A request that names no shop, or whose signature is wrong, goes no further. */
function onlyOfShops({ utils }: Shopify): RequestHandler {
  return async (request, response, next) => {
    if (request.path === '/state') return next();
    const query = request.query as Record<string, string>;
    if (!isShop(query.shop)) return errorPage(response, 400, FROM_ADMIN);
    if ('hmac' in query && !(await isSigned(utils, query))) return errorPage(response, 400, FROM_ADMIN);
    next();
  };
}

/** Shopify's answers are: whoever sends another has nothing looked up, locked or written down. */
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

/** Checked before. */
function shopOf({ query }: Request): string {
  return query.shop as string;
}

/** Shopify's library sends browsers to Shopify's own servers: with a stand-in, they go there. */
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
