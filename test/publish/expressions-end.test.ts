import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExpressions, expressionProblem, type Expressions } from '../../src/publish/expressions.ts';

const TEXT = JSON.stringify({
  type: 'orders/paid',
  order: { name: '#1001' },
  data: {
    totalPrice: '12.50',
    tags: ['vip', 'wholesale'],
    body: { id: '9007199254740993', email: 'ada@example.com' },
  },
});

describe('expressions', () => {
  let expressions: Expressions;
  beforeAll(() => {
    expressions = createExpressions();
  });
  afterAll(() => expressions.close());
  const evaluate = (filter: string | null, transform: string | null = null) =>
    expressions.evaluate({ filter, transform, text: TEXT });

  test('without an expression, the message is sent as it is', async () => {
    expect(await evaluate(null)).toEqual({ text: TEXT });
  });

  test.each([
    ["type = 'orders/paid'", true],
    ["'vip' in data.tags", true],
    ['$number(data.totalPrice) > 100', false],
    ["type = 'orders/create'", false],
    ['data.totalPrice', false],
    ['no.such.field', false],
  ])('the filter %s lets it pass: %j', async (filter, passes) => {
    expect(await evaluate(filter)).toEqual({ text: passes ? TEXT : null });
  });

  test('a transformation makes what is sent', async () => {
    const made = await evaluate(
      null,
      '{"order": order.name, "total": $number(data.totalPrice), "id": data.body.id}',
    );
    expect(made).toEqual({ text: '{"order":"#1001","total":12.5,"id":"9007199254740993"}' });
  });

  test.each([
    ['has no result', 'no.such.field', 'the transformation has no result'],
    ['fails', '$number(data.body.email)', /^JSONata error D3030 at character \d+$/],
    ['recurses forever', '($f := function($x) { $f($x + 1) + 1 }; $f(1))', /JSONata error|did not end/],
    ['loops forever', '($f := function($x) { $f($x) }; $f(1))', /JSONata error|did not end/],
    [
      'has a regular expression that never ends',
      "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^(a+)+$/)",
      'the expression did not end within 1 s',
    ],
    ['takes all memory', '[1..9000000].[1..9000000]', /JSONata error|did not end|failed/],
  ])(
    'a transformation that %s is an error without anything from the message',
    async (_, transform, error) => {
      const made = (await evaluate(null, transform)) as { error: string };
      expect(made.error).toMatch(error);
      expect(JSON.stringify(made)).not.toContain('ada@');
    },
  );

  test('after one that never ended, others are evaluated', async () => {
    expect(await evaluate("type = 'orders/paid'")).toEqual({ text: TEXT });
  });

  test.each([
    ['{', 'not JSONata: '],
    ['$unclosed(', 'not JSONata: '],
    ["'text", 'not JSONata: '],
  ])('%s is refused when the destination is stored', (expression, problem) => {
    expect(expressionProblem(expression)).toContain(problem);
  });

  test('a good one is not', () => expect(expressionProblem("type = 'orders/paid'")).toBeNull());
});
