import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Role } from '../../watch/shapes/tokens.ts';
import { useMay } from '../who.tsx';

interface MayButtonProps extends ButtonProps {
  role: Role;
  /** Why there is nothing to do for it now, if that is so. */
  idle?: string | null;
  onClick: () => void;
  children: ReactNode;
}

/**
 * A button for those who have the role, while there is something to do; otherwise it says what is missing, and
 * can be reached to hear it. The server decides anyway.
 */
export function MayButton({ role, idle = null, onClick, children, ...rest }: MayButtonProps) {
  const missing = useMay(role) ? idle : `The role ${role} is needed for this`;
  const button = (
    <Button
      {...rest}
      {...(missing === null ? {} : { 'data-disabled': true, 'aria-disabled': true })}
      onClick={() => {
        if (missing === null) onClick();
      }}
    >
      {children}
    </Button>
  );
  return missing === null ? (
    button
  ) : (
    <Tooltip label={missing} withinPortal={false} floatingStrategy="fixed">
      {button}
    </Tooltip>
  );
}
