import { Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiProblem } from '../client/api.ts';
import { figure } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';

/** The count from a dry run; its place is kept while it runs. */
export function CountLine({ count, done }: { count: UseQueryResult<number, ApiProblem>; done: string }) {
  return (
    <Text component="output" display="block" size="sm" fw={600} my="xs">
      {count.isPending && 'Counting …'}
      {count.error && (
        <>
          Counting failed: <Plain text={count.error.message} />
        </>
      )}
      {count.data === 0 && 'No matching events.'}
      {count.data !== undefined &&
        count.data > 0 &&
        `${figure(count.data)} ${count.data === 1 ? 'event' : 'events'} ${done}.`}
    </Text>
  );
}
