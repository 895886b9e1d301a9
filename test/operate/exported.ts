import { request } from 'node:http';
import type { ServedRoutes } from './served-routes.ts';

/** The rows and marks of a marked export. */
export interface Exported {
  columns: { name: string; kind: string }[];
  rows: Record<string, unknown>[];
  cursors: string[];
  /** Null: the end is missing. */
  end: { rows: number } | null;
}

export function readMarked(text: string): Exported {
  const found: Exported = { columns: [], rows: [], cursors: [], end: null };
  for (const line of text.split('\n').slice(0, -1)) {
    const { $columns, $cursor, $end, ...row } = JSON.parse(line) as Record<string, never>;
    if ($columns) found.columns = $columns;
    else if ($cursor) found.cursors.push($cursor);
    else if ($end) found.end = $end;
    else found.rows.push(row);
  }
  return found;
}

/** The whole export. */
export async function exportedFrom(served: ServedRoutes, place: string, role = 'viewer'): Promise<Exported> {
  const joint = place.includes('?') ? '&' : '?';
  const { status, text } = await served.get(`/exports/${place}${joint}format=marked`, role);
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return readMarked(text);
}

/** What arrives before the socket is destroyed, which is at the first piece with this text. */
export function cutAt(served: ServedRoutes, place: string, last: string): Promise<string> {
  const headers = { authorization: 'Bearer viewer' };
  return new Promise((resolve, reject) => {
    const sent = request(`${served.url}/api/exports/${place}`, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.includes(last)) response.socket.destroy();
      });
      response.on('close', () => resolve(text));
      response.on('error', () => undefined);
    });
    sent.on('error', reject);
    sent.end();
  });
}
