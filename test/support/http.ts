import { request, type Agent, type OutgoingHttpHeaders } from 'node:http';

/** An answer, with its body parsed if it is JSON. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  json: Record<string, unknown>;
  text: string;
}

/** One request, on its own connection unless an agent is given. Headers are sent unchanged. */
export function http(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
    agent,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: Buffer | string; agent?: Agent } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    // Node sends the body of a DELETE only with its length.
    const length = method === 'DELETE' && body ? { 'content-length': Buffer.byteLength(body) } : {};
    const all = { ...length, ...headers };
    const sent = request(url, { method, headers: all, agent: agent ?? false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, json: readJson(text), text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
