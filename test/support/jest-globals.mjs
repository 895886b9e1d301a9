/** `@jest/globals` for native-runner.mjs: each name stands for the one of the test file that runs. */
let globals;

export function useGlobals(ofThisFile) {
  globals = ofThisFile;
}

const current = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, _self, args) => globals[name](...args),
    get: (_target, property) => globals[name][property],
  });

export const afterAll = current('afterAll');
export const afterEach = current('afterEach');
export const beforeAll = current('beforeAll');
export const beforeEach = current('beforeEach');
export const describe = current('describe');
export const expect = current('expect');
export const test = current('test');
