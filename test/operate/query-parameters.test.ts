import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serveStories, type ServedStories } from './served-stories.ts';

describe('an invalid parameter of the list of orders', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    await stories.commit([{ id: '1' }, { id: '2' }]);
  });
  afterAll(() => stories.stop());

  const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

  test.each([
    ['shop[$ne]=', 'shop[$ne]'],
    ['shop[]=a.myshopify.com', 'shop[]'],
    ['shop=', 'shop'],
    ['shop=localhost', 'shop'],
    ['shop=a.myshopify.com/1', 'shop'],
    ['shop=a.myshopify.com&shop=b.myshopify.com', 'shop'],
    ['status=x', 'status'],
    ['status=', 'status'],
    ['status[$gt]=', 'status[$gt]'],
    ['status=shipped&status=cancelled', 'status'],
    ['name=', 'name'],
    ['name[$regex]=.*', 'name[$regex]'],
    ['name=%231&name=%232', 'name'],
    [`name=${'x'.repeat(101)}`, 'name'],
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=many', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=garbage', 'cursor'],
    ['cursor=', 'cursor'],
    [`cursor=${cursorOf('a.myshopify.com')}`, 'cursor'],
    [`cursor=${cursorOf('{"$gt":""}')}`, 'cursor'],
    [`cursor=${cursorOf('a.myshopify.com/1/2')}`, 'cursor'],
    [`cursor=${'A'.repeat(1001)}`, 'cursor'],
    ['$where=1', '$where'],
    ['__proto__=1', '__proto__'],
    ['colour=red', 'colour'],
  ])('%s: 400 that names it', async (query, name) => {
    const { status, json } = await stories.get(`/orders?${query}`);
    const named = [{ parameter: name, detail: expect.stringMatching(/.{8,}/) }];
    expect({ status, json }).toMatchObject({ status: 400, json: { errors: named } });
    expect((json.detail as string).split(':')[0]).toBe(name);
  });

  test.each(['/orders/%ff/1', '/orders/a.myshopify.com/%', '/events/%e0%a4%a'])(
    '%s, which is not valid text: 400',
    async (place) => {
      const { status, json } = await stories.get(place);
      expect({ status, json }).toMatchObject({ status: 400, json: { detail: 'malformed request' } });
    },
  );

  test('all invalid parameters are named at once', async () => {
    const { status, json } = await stories.get('/orders?limit=0&status=x&shop=y');
    const names = ['shop', 'status', 'limit'];
    expect(status).toBe(400);
    expect((json.detail as string).split('; ').map((each) => each.split(':')[0])).toEqual(names);
    expect((json.errors as { parameter: string }[]).map(({ parameter }) => parameter)).toEqual(names);
  });
});
