import { createContext, useContext, type ReactNode } from 'react';
import type { Bearer, Role } from '../../operate/shapes/tokens.ts';

const WhoContext = createContext<Bearer | null>(null);

export function WhoProvider({ who, children }: { who: Bearer; children: ReactNode }) {
  return <WhoContext value={who}>{children}</WhoContext>;
}

/** The signed-in user. */
export function useWho(): Bearer {
  const who = useContext(WhoContext);
  if (!who) throw new Error('useWho needs a WhoProvider above it');
  return who;
}

/** Every role, the lowest first. */
export const RANKS = { viewer: 0, operator: 1, admin: 2 } as const satisfies Record<Role, number>;

/** Whether the signed-in user has this role or a higher one. For display only: the server decides. */
export function useMay(role: Role): boolean {
  return RANKS[useWho().role] >= RANKS[role];
}
