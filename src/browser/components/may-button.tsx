import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Role } from '../../operate/shapes/tokens.ts';
import { useMay } from '../client/who.tsx';

interface MayButtonProps extends ButtonProps {
  /** The lowest role that may click it. */
  needs: Role;
  /** Why the button has nothing to do now; null if it has. */
  idle?: string | null;
  onClick: () => void;
  children: ReactNode;
}

/**
 * A button that works if the user has the role and there is something to do. Otherwise it can still be focused,
 * and its tooltip says what is missing. The server checks the role in any case.
 */
export function MayButton({ needs, idle = null, onClick, children, ...rest }: MayButtonProps) {
  const missing = useMay(needs) ? idle : `Requires the ${needs} role`;
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
