import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Role } from '../../watch/shapes/tokens.ts';
import { useMay } from '../who.tsx';

interface MayButtonProps extends ButtonProps {
  role: Role;
  onClick: () => void;
  children: ReactNode;
}

/** A button for those who have the role; for others it says which one is needed. The server decides anyway. */
export function MayButton({ role, onClick, children, ...rest }: MayButtonProps) {
  const may = useMay(role);
  const button = (
    <Button
      {...rest}
      {...(may ? {} : { 'data-disabled': true, 'aria-disabled': true })}
      onClick={() => {
        if (may) onClick();
      }}
    >
      {children}
    </Button>
  );
  return may ? (
    button
  ) : (
    <Tooltip label={`The role ${role} is needed for this`} withinPortal={false} floatingStrategy="fixed">
      {button}
    </Tooltip>
  );
}
