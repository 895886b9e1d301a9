import {
  FieldsOnCorrectTypeRule,
  getOperationAST,
  getVariableValues,
  KnownArgumentNamesRule,
  KnownDirectivesRule,
  KnownFragmentNamesRule,
  KnownTypeNamesRule,
  NoUndefinedVariablesRule,
  NoUnusedVariablesRule,
  parse,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
  VariablesInAllowedPositionRule,
  type DocumentNode,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import { ADMIN_SCHEMA } from './admin-schema.ts';
import { refusedQuery } from './graphql-node.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** What Shopify calls a broken rule. */
const CODES: ReadonlyMap<ValidationRule, string> = new Map([
  [FieldsOnCorrectTypeRule, 'undefinedField'],
  [ScalarLeafsRule, 'selectionMismatch'],
  [KnownArgumentNamesRule, 'argumentNotAccepted'],
  [ProvidedRequiredArgumentsRule, 'missingRequiredArguments'],
  [ValuesOfCorrectTypeRule, 'argumentLiteralsIncompatible'],
  [KnownTypeNamesRule, 'undefinedType'],
  [KnownFragmentNamesRule, 'useAndDefineFragment'],
  [KnownDirectivesRule, 'undefinedDirective'],
  [NoUndefinedVariablesRule, 'variableNotDefined'],
  [NoUnusedVariablesRule, 'variableNotUsed'],
  [VariablesInAllowedPositionRule, 'variableMismatch'],
]);

/** Programs send the same few documents again and again; hostile tests send others. */
const MOST_KEPT = 100;
const kept = new Map<string, DocumentNode>();

/** @throws GraphQLError if it is not GraphQL, or asks for something that the API does not offer */
export function validDocument(source: string): DocumentNode {
  const known = kept.get(source);
  if (known) return known;
  const document = parse(source);
  for (const rule of specifiedRules) {
    const [error] = validate(ADMIN_SCHEMA, document, [rule]);
    if (error) throw refusedQuery(CODES.get(rule) ?? 'BAD_REQUEST', error.message);
  }
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(source, document);
  return document;
}

/** @throws GraphQLError if the document has no operation of this name */
export function operationOf(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode {
  const found = getOperationAST(document, name);
  if (!found) throw refusedQuery('BAD_REQUEST', `No operation named ${name}`);
  return found;
}

/** The variables with their defaults. @throws GraphQLError if one is missing or has the wrong type */
export function variablesOf(operation: OperationDefinitionNode, given: Variables): Variables {
  const { errors, variableValues } = getVariableValues(
    ADMIN_SCHEMA,
    operation.variableDefinitions ?? [],
    given,
  );
  if (errors) throw refusedQuery('INVALID_VARIABLE', errors[0]?.message ?? '');
  return variableValues.coerced;
}
