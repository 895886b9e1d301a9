import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A long order or shop wraps instead of overflowing into the next column. */
const SHRINKS = { minWidth: 0, overflowWrap: 'anywhere' } as const;

/** Facts about one thing: names and values, in columns if there is room. */
export function FactList({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, md: 4 }} spacing="sm" verticalSpacing="xs" m={0} mb="sm">
      {facts.map(([name, value]) => (
        <div key={name} style={SHRINKS}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} className="figures">
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
