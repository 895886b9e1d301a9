/** The secrets of every Lockstep that tests and load tests start. */
export const SECRET = 'a-secret-for-tests';
export const JWT_SECRET = 'a-jwt-secret-for-tests-of-32-characters';
