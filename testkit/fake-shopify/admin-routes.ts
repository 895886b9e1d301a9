import { executeSync, GraphQLError } from 'graphql';
import { json, Router, type Request, type Response } from 'express';
import { ADMIN_SCHEMA } from './admin-schema.ts';
import type { FakeShop } from './fake-shop.ts';
import { actualCost, argumentsOf, askedFields, requestedCost, type PageSizing } from './graphql-cost.ts';
import { refusedQuery } from './graphql-node.ts';
import { searchOf } from './order-listing.ts';
import { mutationRoot, queryRoot } from './roots.ts';
import { answerJson, answerText, refuse } from './trouble.ts';
import { operationOf, validDocument, variablesOf, type Variables } from './valid-query.ts';

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
    return run(shop, queryOf(asked), sizing);
  } catch (error) {
    return { errors: [error instanceof GraphQLError ? error : { message: (error as Error).message }] };
  }
}

function queryOf({ query, variables, operationName }: Asked) {
  const document = validDocument(query ?? '');
  const operation = operationOf(document, operationName);
  return {
    document,
    operationName,
    isMutation: operation.operation === 'mutation',
    fields: askedFields(document, operation.selectionSet),
    variables: variablesOf(operation, variables ?? {}),
  };
}

type Query = ReturnType<typeof queryOf>;

function run(shop: FakeShop, query: Query, sizing: PageSizing): object {
  const { document, operationName, isMutation, fields, variables } = query;
  const own = isMutation ? MUTATION : 0;
  const requested = own + requestedCost(fields, variables, sizing);
  if (requested > LARGEST_QUERY)
    throw refusedQuery(
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
  const rootValue = isMutation ? mutationRoot(shop) : queryRoot(shop);
  const { data, errors } = executeSync({
    schema: ADMIN_SCHEMA,
    document,
    operationName,
    rootValue,
    variableValues: variables,
  });
  if (errors) {
    shop.points.giveBack(requested - own);
    return { data: null, errors: errors.slice(0, 1), extensions: { cost: cost(own) } };
  }
  const actual = own + Math.ceil(actualCost(fields, data, sizing));
  shop.points.giveBack(Math.max(0, requested - actual));
  shop.calls.points += actual;
  return { data, extensions: { cost: cost(actual), ...warningsOf(query) } };
}

/** Search terms that were not understood, where Shopify reports them. */
function warningsOf({ fields, variables }: Query): object {
  const search = fields.flatMap(({ as, node }) => {
    const { query } = argumentsOf(node, variables);
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
