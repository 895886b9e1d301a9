import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';

/** Runs a check again; shows a loader and ignores clicks while it runs. */
export function CheckAgain({ under, onClick }: { under: boolean; onClick: () => void }) {
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={under}
      onClick={onClick}
    >
      Check again
    </Button>
  );
}
