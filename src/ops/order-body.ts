import type { ShownOrder } from '../operate/shapes/orders.ts';
import { queryOf } from './ask.ts';
import { OpsProblem } from './exit.ts';
import { plainJson } from './plain.ts';
import type { Session } from './session.ts';

export interface BodyOptions {
  body?: true;
  unmask?: true;
  reason?: string;
}

/** @throws OpsProblem usage if options do not fit together */
export function asksForBody({ body, unmask, reason }: BodyOptions): boolean {
  if (unmask && !reason)
    throw new OpsProblem('usage', '--unmask requires --reason (it is recorded in the audit log)');
  if (reason && !unmask) throw new OpsProblem('usage', '--reason is only valid with --unmask');
  return body === true || unmask === true;
}

/** Shows the newest whole order as Shopify sent it: as JSON, also without `--json`. */
export async function showBody(
  session: Session,
  place: string,
  key: string,
  { reason }: BodyOptions,
): Promise<void> {
  const { body, bodyLeftOut } = await session.ask<ShownOrder>(place + queryOf({ reason }));
  if (body === undefined) throw new OpsProblem('refused', `${key} has no body: ${bodyLeftOut ?? WHY_NONE}`);
  session.show(body, plainJson(body));
}

const WHY_NONE =
  'nothing is stored of it (ORDER_BODY), or it was redacted; viewers are not shown bodies. `ops event --payload` shows those in the journal';
