/** Who may do what: each role may do everything that the roles before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];
/** The role of an audited request. `none`: its caller was not identified. */
export const AUDITED_ROLES = ['none', ...ROLES] as const;
export type AuditedRole = (typeof AUDITED_ROLES)[number];
