import type { PlantedFault } from './fault.ts';

/** Faults in access control: tokens and operate/sign-in/. */
export const ENTERING: readonly PlantedFault[] = [
  {
    name: 'token-read-in-any-spelling',
    promise: 'P1',
    file: 'system/tokens.ts',
    find: 'if (!isCanonical(token)) return',
    replace: "if (token === '') return",
    tests: ['operate/a-token-has-one-spelling'],
  },
  {
    name: 'token-known-by-its-text',
    promise: 'P1',
    file: 'system/tokens.ts',
    find: 'const signed = end === -1 ? token : token.slice(0, end);',
    replace: 'const signed = end === -1 ? token : token.slice(0);',
    tests: ['operate/a-token-has-one-spelling'],
  },
  {
    name: 'revocations-run-over',
    promise: 'P1',
    file: 'persist/token-store.ts',
    find: '.lean<Revoked>()',
    replace: '.sort({ revokedAt: -1 }).limit(10_000).lean<Revoked>()',
    tests: ['operate/a-token-has-one-spelling'],
  },
  {
    name: 'looks-for-other-origins',
    promise: 'P1',
    file: 'operate/sign-in/guard.ts',
    find: 'if (looks && !withCookie) return;',
    replace: 'if (looks) return;',
    tests: ['operate/a-cookie-is-for-our-own-pages'],
  },
  {
    name: 'lookups-that-write-for-anyone',
    promise: 'P8',
    file: 'operate/api/router.ts',
    find: '  refuseUnlessOwn(request, asked.who);\n',
    replace: '',
    tests: ['operate/a-cookie-is-for-our-own-pages'],
  },
  {
    name: 'changed-entries-signed-again',
    promise: 'P8',
    file: 'persist/audit-signer.ts',
    find: 'if (signed) return signed._id;',
    replace: 'if (signed) return 0;',
    tests: ['persist/the-audit-is-signed'],
  },
];
