import type { z } from 'zod';
import { Refusal, type InvalidInput } from '../refusal.ts';

/** The parts of a request that carry input. */
export type Place = 'path' | 'query' | 'header' | 'body';

/** The refusal of invalid input: one message, and a detail for each invalid part. */
export function invalidInput(place: Place, issues: readonly z.core.$ZodIssue[]): Refusal {
  return new Refusal(
    'bad_request',
    issues.map(wordsOf).join('; '),
    issues.flatMap((issue) => partsOf(place, issue)),
  );
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const names = pathsOf(issue)
    .map((path) => path.join('.'))
    .join(', ');
  return names === '' ? detailOf(issue) : `${names}: ${detailOf(issue)}`;
}

function partsOf(place: Place, issue: z.core.$ZodIssue): InvalidInput[] {
  const detail = detailOf(issue);
  if (place === 'body')
    return pathsOf(issue).map((path) => ({ pointer: ['#', ...path.map(escaped)].join('/'), detail }));
  return pathsOf(issue).flatMap(([parameter]) => (parameter === undefined ? [] : [{ parameter, detail }]));
}

/** zod reports an unknown parameter as an issue of the object that contains it. */
function pathsOf(issue: z.core.$ZodIssue): string[][] {
  const path = issue.path.map(String);
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

function detailOf(issue: z.core.$ZodIssue): string {
  // If unknown filters were ignored, the answer would show everything.
  return issue.code === 'unrecognized_keys' ? 'unknown parameter' : issue.message;
}

/** RFC 6901. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
