import {
  defaultFieldResolver,
  executeSync,
  getNamedType,
  getNullableType,
  GraphQLError,
  isListType,
  validate,
  type ASTVisitor,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type ValidationContext,
} from 'graphql';
import { ADMIN_SCHEMA } from './admin-schema.ts';
import { EVERYTHING } from './connection.ts';
import type { Node } from './graphql-node.ts';
import { validDocument } from './valid-query.ts';

export type Line = Record<string, unknown>;

/**
 * The result of a bulk operation: its query without pages, each item of a connection as a line.
 * @returns parents before their children
 * @throws GraphQLError if the query is not valid, or may not be run as a bulk operation
 */
export function linesOf(rootValue: Node, query: string): Line[] {
  const document = validDocument(query);
  const [problem] = validate(ADMIN_SCHEMA, document, [NoConnectionInAList]);
  if (problem) throw problem;
  const { data, errors } = executeSync({
    schema: ADMIN_SCHEMA,
    document,
    rootValue,
    fieldResolver: wholeLists,
  });
  if (errors?.[0]) throw errors[0];
  return itemsOf(data ?? {}).flatMap((item) => itemLines(item, null));
}

/** Connections return all items; `first` of another list is kept. */
const wholeLists: GraphQLFieldResolver<unknown, unknown, Record<string, unknown>> = (
  source,
  args,
  context,
  info,
) => {
  const more = isConnection(info.returnType) ? { first: EVERYTHING } : {};
  return defaultFieldResolver(source, { ...args, ...more }, context, info);
};

function isConnection(type: GraphQLOutputType | null | undefined): boolean {
  return type ? getNamedType(type).name.endsWith('Connection') : false;
}

/** Shopify's rule for bulk operations. A connection's own lists, `nodes` and `edges`, are not meant. */
function NoConnectionInAList(context: ValidationContext): ASTVisitor {
  let lists = 0;
  const isList = () =>
    isListType(getNullableType(context.getType())) && !isConnection(context.getParentType());
  return {
    Field: {
      enter: (node) => {
        if (lists > 0 && isConnection(context.getType()))
          context.reportError(
            new GraphQLError(
              'Queries that contain a connection field within a list field are not supported.',
              {
                nodes: node,
              },
            ),
          );
        if (isList()) lists += 1;
      },
      leave: () => {
        if (isList()) lists -= 1;
      },
    },
  };
}

function itemLines(item: Line, parentId: unknown): Line[] {
  const own = Object.fromEntries(Object.entries(item).filter(([, value]) => !isPage(value)));
  const line = parentId === null ? own : { ...own, __parentId: parentId };
  return [line, ...itemsOf(item).flatMap((child) => itemLines(child, parentIdOf(item)))];
}

interface Page {
  nodes?: Line[];
  edges?: { node: Line }[];
}

function isPage(value: unknown): value is Page {
  return typeof value === 'object' && value !== null && ('nodes' in value || 'edges' in value);
}

/** The items of all its connections. */
function itemsOf(data: Line): Line[] {
  const pages = Object.values(data).filter(isPage);
  return pages.flatMap(({ nodes, edges }) => nodes ?? edges?.map(({ node }) => node) ?? []);
}

function parentIdOf({ id }: Line): unknown {
  if (id === undefined)
    throw new Error("The parent 'node' field for a nested connection must select the 'id' field");
  return id;
}
