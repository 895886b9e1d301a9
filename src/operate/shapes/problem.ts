import { z } from 'zod';
import { PROBLEM_CODES } from '../../system/problems.ts';

const detail = z.string().describe('one sentence for people');

export const problem = z.object({
  type: z.string().describe('the page about its code, relative to the dashboard'),
  title: z.string(),
  status: z.number().int().describe('the HTTP status'),
  detail,
  code: z.enum(PROBLEM_CODES).describe('for programs; codes do not change'),
  errors: z
    .array(
      z.union([
        z.object({ parameter: z.string().describe('of the path or the query'), detail }),
        z.object({ pointer: z.string().describe('a JSON pointer into the body: `#/which/shop`'), detail }),
      ]),
    )
    .optional()
    .describe('which parts of the request are invalid, if known'),
  error: z.string().describe('the same as `detail`, for clients of earlier versions'),
});
export type Problem = z.infer<typeof problem>;
