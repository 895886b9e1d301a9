import { asShopOrNone } from '../../order/identity.ts';
import { Refusal, invalidParameter } from '../refusal.ts';
import { isWithin, type ShopBounds } from '../shop-bounds.ts';

/**
 * What a token that is bound to shops may do with a route. Every route declares its scope: one without it does not
 * compile. The router enforces the scope before the route runs and before anything is audited as done.
 */
export type Scope<Asked> =
  /** About no shop: the caller's own session, or the API itself. */
  | 'own'
  /** About all shops together: refused. */
  | 'global'
  /** About the one shop that its path, query or body names. */
  | 'named'
  /** About many shops: it reads only those in `who.shops`. */
  | 'filtered'
  /** About something whose shops are looked up first. Null or no shops: it does not exist. */
  | { shopsOf: (asked: Asked) => Promise<readonly string[] | null> };

/** Of a record that belongs to one shop, which its id finds. */
export function ofRecord(store: { one: (id: string) => Promise<{ shop: string } | null> }) {
  return {
    shopsOf: async ({ params }: { params: { id: string } }) => {
      const found = await store.one(params.id);
      return found && [found.shop];
    },
  };
}

/** The scopes in words, for the document of the API. */
const WORDS = {
  own: 'Tokens that are bound to shops may call it.',
  global: 'Refused to tokens that are bound to shops.',
  named: 'For a token that is bound to shops, other shops do not exist.',
  filtered: 'For a token that is bound to shops, it covers only those shops.',
} as const;

export function scopeInWords(scope: Scope<never>): string {
  return WORDS[typeof scope === 'string' ? scope : 'named'];
}

/** What the router checks of a request, with its input as parsed by the route's schemas. */
interface Asked {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** @throws Refusal if the request concerns any other shop: 403 if the route is global, otherwise 404 */
export async function refuseOutside<Given extends Asked>(
  scope: Scope<Given>,
  bounds: ShopBounds,
  readInput: () => Given,
): Promise<void> {
  if (bounds === null) return;
  if (scope === 'global') refuseGlobal(bounds);
  const asked = readInput();
  const named = shopsNamed(asked);
  if (scope === 'named' && named.length === 0) throw invalidParameter('shop', NAME_ONE);
  const found = typeof scope === 'object' ? await shopsFound(scope, asked) : [];
  if (![...named, ...found].every((shop) => isWithin(bounds, shop))) throw notFound();
}

/** @throws Refusal if nothing is found, with the same message as for something that belongs to another shop */
async function shopsFound<Given>(
  { shopsOf }: Exclude<Scope<Given>, string>,
  asked: Given,
): Promise<readonly string[]> {
  const shops = await shopsOf(asked);
  if (!shops || shops.length === 0) throw notFound();
  return shops;
}

function notFound(): Refusal {
  return new Refusal('not_found', 'not found in the shops of this token');
}

/** @throws Refusal if the caller may not see all shops */
export function refuseGlobal(bounds: ShopBounds): void {
  if (bounds !== null)
    throw new Refusal('forbidden', 'this concerns all shops, but this token is bound to some of them');
}

export const NAME_ONE = 'this token is bound to shops: name one of them';

/** The shops that the input names, in any of its parts. */
function shopsNamed({ params, query, body }: Asked): string[] {
  const places = [params, query, body, (body as { which?: unknown } | undefined)?.which];
  return places.flatMap((place) => {
    const { shop } = (place ?? {}) as { shop?: unknown };
    return typeof shop === 'string' ? [asShopOrNone(shop) ?? shop] : [];
  });
}
