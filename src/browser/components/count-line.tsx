import { Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiProblem } from '../client/api-problem.ts';
import { several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';

interface CountLineProps {
  count: UseQueryResult<number, ApiProblem>;
  /** What is counted: one of them, and several. */
  of: readonly [one: string, more: string];
  done: string;
}

/** The count from a dry run; its place is kept while it runs. */
export function CountLine({ count, of: [one, more], done }: CountLineProps) {
  return (
    <Text component="output" display="block" size="sm" fw={600} my="xs">
      {count.isPending && 'Counting …'}
      {count.error && (
        <>
          Counting failed: <Plain text={count.error.message} />
        </>
      )}
      {count.data === 0 && `No matching ${more}.`}
      {count.data !== undefined && count.data > 0 && `${several(count.data, one, more)} ${done}.`}
    </Text>
  );
}
