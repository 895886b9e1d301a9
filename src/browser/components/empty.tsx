import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that there is nothing to show, and why. */
export function Empty({ title, why }: { title: string; why: ReactNode }) {
  return (
    <output className="empty">
      <Text span display="block" fw={600}>
        {title}
      </Text>
      <Text span display="block" c="dimmed" size="sm">
        {why}
      </Text>
    </output>
  );
}
