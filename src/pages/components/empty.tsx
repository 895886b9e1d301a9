import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that there is nothing to show, and why. */
export function Empty({ title, why }: { title: string; why: ReactNode }) {
  return (
    <div className="empty" role="status">
      <Text fw={600}>{title}</Text>
      <Text component="div" c="dimmed" size="sm">
        {why}
      </Text>
    </div>
  );
}
