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

/** As which roles each role may act. A source only sends events: it never signs in. */
export const MAY_ACT_AS = {
  viewer: ['viewer'],
  operator: ['operator', 'viewer'],
  admin: ['admin', 'operator', 'viewer'],
  source: ['source'],
} as const satisfies Record<Role, readonly Role[]>;

/** Whether the signed-in user may act as this role. For display only: the server decides. */
export function useMay(role: Role): boolean {
  const roles: readonly Role[] = MAY_ACT_AS[useWho().role];
  return roles.includes(role);
}
