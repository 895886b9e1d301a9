import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Handling } from './handling.ts';

describe('a handler', () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
  });
  afterEach(() => handling.close());

  test('runs once for each change that it wants, with the change, the order and what was before', async () => {
    handling.write(
      'greet',
      `const made = await step('greet', ({ key }) => {
         did(\`\${change.type} \${order.shop} \${change.data.version} \${before.status} \${key}\`);
         return { at: new Date(0), none: undefined };
       });
       did(JSON.stringify(made));
       log.info('greeted', { made: true });`,
    );
    await handling.start();
    await handling.live(1);
    const effect = await handling.ends('greet', 'done');
    expect(handling.did).toEqual([
      `orders/paid example.myshopify.com ${effect.version} ${effect.before?.status} ${effect._id}/0/greet`,
      '{"at":"1970-01-01T00:00:00.000Z"}',
    ]);
    expect(effect).toMatchObject({ attempts: 1, because: null, receipt: { answer: 'to its end' } });
    expect(await handling.steps()).toMatchObject([{ name: 'greet', version: 1, endedAt: expect.any(Date) }]);
  });
});
