import { createContext, useContext, type ReactNode } from 'react';
import type { Bearer, Role } from '../watch/shapes/tokens.ts';

const WhoContext = createContext<Bearer | null>(null);

export function WhoProvider({ who, children }: { who: Bearer; children: ReactNode }) {
  return <WhoContext value={who}>{children}</WhoContext>;
}

/** Who is signed in. */
export function useWho(): Bearer {
  const who = useContext(WhoContext);
  if (!who) throw new Error('nobody is signed in here');
  return who;
}

const RANKS = { viewer: 0, operator: 1, admin: 2 } as const satisfies Record<Role, number>;

/** Whether the one who is signed in may do what needs this role. Only for show: the server decides. */
export function useMay(role: Role): boolean {
  return RANKS[useWho().role] >= RANKS[role];
}
