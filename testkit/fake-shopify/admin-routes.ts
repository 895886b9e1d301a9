import { json, Router, type Request, type Response } from 'express';
import type { FakeShop } from './fake-shop.ts';
import { actualCost, requestedCost, type PageSizing } from './graphql-cost.ts';
import { readDocument, type Operation, type Variables } from './graphql-document.ts';
import { fieldsOf, GraphqlError, select } from './graphql-select.ts';
import { searchOf } from './order-listing.ts';
import { mutationRoot, queryRoot } from './roots.ts';
import { answerJson, answerText, refuse } from './trouble.ts';

/** The Admin API of every shop, and the files of its bulk operations. */
export function adminRoutes(shopOf: (name: string) => FakeShop | null, sizing: PageSizing): Router {
  const router = Router();
  router.post('/:shop/admin/api/:version/graphql.json', json({ limit: '1mb' }), async (request, response) => {
    const shop = shopOf(String(request.params.shop));
    if (!shop) return void refuse(response, 'not_found');
    shop.calls.queries += 1;
    const trouble = shop.troubles.next('admin');
    if (trouble && refuse(response, trouble.kind)) return;
    if (!isAllowed(shop, request)) return void refuse(response, 'unauthorized');
    response.set('x-shopify-api-version', String(request.params.version));
    if (trouble?.kind === 'throttled') shop.points.empty();
    await answerJson(response, trouble, answerOf(shop, request.body as Asked, sizing));
  });

  router.get('/:shop/_files/:name', (request, response) =>
    download(request, response, shopOf(String(request.params.shop))),
  );
  return router;
}

interface Asked {
  query?: string;
  variables?: Variables | null;
  operationName?: string | null;
}

const LARGEST_QUERY = 1_000;
const MUTATION = 10;

function isAllowed(shop: FakeShop, request: Request): boolean {
  const token = request.headers['x-shopify-access-token'];
  const good = shop.installed && typeof token === 'string' && shop.tokens.isGood(token);
  if (!good) shop.calls.unauthorized += 1;
  return good;
}

/** The whole answer. Its HTTP status is always 200. */
function answerOf(shop: FakeShop, asked: Asked, sizing: PageSizing): object {
  try {
    const operation = operationOf(asked);
    return run(shop, operation, variablesOf(operation, asked.variables ?? {}), sizing);
  } catch (error) {
    if (error instanceof GraphqlError) return { errors: [error.answer] };
    return { errors: [{ message: (error as Error).message }] };
  }
}

function run(shop: FakeShop, operation: Operation, variables: Variables, sizing: PageSizing): object {
  const { type, selections } = operation;
  const own = type === 'mutation' ? MUTATION : 0;
  const requested = own + requestedCost(selections, variables, sizing);
  if (requested > LARGEST_QUERY)
    throw new GraphqlError(
      'MAX_COST_EXCEEDED',
      `Query cost is ${requested}, which exceeds the single query max cost limit (${LARGEST_QUERY}).`,
    );
  const cost = (actual: number | null) => ({
    requestedQueryCost: requested,
    actualQueryCost: actual,
    throttleStatus: shop.points.status,
  });
  if (!shop.points.take(requested)) {
    shop.calls.throttled += 1;
    const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }];
    return { errors, extensions: { cost: cost(null) } };
  }
  try {
    const data = select(type === 'query' ? queryRoot(shop) : mutationRoot(shop), selections, variables);
    const actual = own + Math.ceil(actualCost(selections, data, sizing));
    shop.points.giveBack(Math.max(0, requested - actual));
    shop.calls.points += actual;
    return { data, extensions: { cost: cost(actual), ...warningsOf(operation, variables) } };
  } catch (error) {
    if (!(error instanceof GraphqlError)) throw error;
    shop.points.giveBack(requested - own);
    return { data: null, errors: [error.answer], extensions: { cost: cost(own) } };
  }
}

function operationOf({ query, operationName }: Asked): Operation {
  const operations = readDocument(query ?? '');
  const found = operationName ? operations.find(({ name }) => name === operationName) : operations[0];
  if (!found) throw new GraphqlError('BAD_REQUEST', `No operation named ${operationName}`);
  return found;
}

function variablesOf({ variables }: Operation, given: Variables): Variables {
  return Object.fromEntries(
    variables.map(({ name, required, otherwise }) => {
      const value = given[name] ?? otherwise?.({}) ?? null;
      if (required && value === null)
        throw new GraphqlError('INVALID_VARIABLE', `Variable $${name} was provided invalid value`);
      return [name, value ?? undefined];
    }),
  );
}

/** Search terms that were not understood, where Shopify reports them. */
function warningsOf({ selections }: Operation, variables: Variables): object {
  const search = fieldsOf(selections, 'QueryRoot').flatMap(({ as, args }) => {
    const query = args.query?.(variables);
    const warnings = typeof query === 'string' ? searchOf(query).warnings : [];
    return warnings.length > 0 ? [{ path: [as], query, warnings }] : [];
  });
  return search.length > 0 ? { search } : {};
}

/** No token is required: anyone who knows the name can download the file, as with Shopify's signed URLs. */
async function download(request: Request, response: Response, shop: FakeShop | null): Promise<void> {
  const text = shop?.bulk.download(String(request.params.name)) ?? null;
  if (!shop || text === null) {
    response.status(400).type('application/xml').end('<Error><Code>ExpiredToken</Code></Error>');
    return;
  }
  shop.calls.downloads += 1;
  const trouble = shop.troubles.next('downloads');
  if (trouble && refuse(response, trouble.kind)) return;
  response.type('application/jsonl');
  await answerText(response, trouble, text);
}
