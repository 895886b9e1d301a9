import fc from 'fast-check';

/**
 * For `npm run test:fast`: a property is tried for at most this time, with as many runs as fit. `npm test`
 * makes all of its runs.
 */
const PROPERTY_MS = 500;

fc.configureGlobal({ interruptAfterTimeLimit: PROPERTY_MS });
