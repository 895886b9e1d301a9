/**
 * What each role may do: the routes that need one of these roles. Only people have the first three. A `source` is another
 * system, bound to shops, that may send events and nothing else.
 */
export const MAY_ACT_AS = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  admin: ['viewer', 'operator', 'admin'],
  source: ['source'],
} as const satisfies Record<string, readonly string[]>;
export type Role = keyof typeof MAY_ACT_AS;
export const ROLES = Object.keys(MAY_ACT_AS) as [Role, ...Role[]];
/** The role of an audited request. `none`: its caller was not identified. */
export const AUDITED_ROLES = ['none', ...ROLES] as const;
export type AuditedRole = (typeof AUDITED_ROLES)[number];

/** Whether a token with these claims may exist. */
export function isRoleBound(role: Role, shops: readonly string[] | null): boolean {
  return role !== 'source' || shops !== null;
}
