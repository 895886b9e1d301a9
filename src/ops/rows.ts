import { queryOf, type QueryParameters } from './ask.ts';
import type { Session } from './session.ts';

/** The API's largest page. */
export const PAGE = 200;

/** Reads pages until there are `limit` rows, and returns them as one page. */
export async function rowsUpTo<Page extends { cursor: string | null }>(
  session: Pick<Session, 'ask'>,
  place: string,
  filter: QueryParameters,
  limit: number,
  name: keyof Page & string,
): Promise<Page> {
  const rows: unknown[] = [];
  for (let cursor: string | null = null; ;) {
    const query = { ...filter, limit: Math.min(PAGE, limit - rows.length), cursor };
    const page: Page = await session.ask<Page>(`${place}${queryOf(query)}`);
    rows.push(...(page[name] as unknown[]));
    if (page.cursor === null || rows.length >= limit) return { ...page, [name]: rows };
    ({ cursor } = page);
  }
}
