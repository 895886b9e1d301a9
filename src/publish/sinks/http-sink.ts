import { HttpClient } from './http-client.ts';
import { signatureHeaders, signingKey } from './signature.ts';
import type { OpenSink } from './sink.ts';

/** Sends messages as Standard Webhooks over HTTP. */
export const openHttpSink: OpenSink<'http'> = (destination, { secrets }) => {
  const { url, probeUrl } = destination;
  if (url === null) throw new Error('it has no url');
  const client = new HttpClient(destination);
  const keys = secrets.map(signingKey);
  const signed = (message: { id: string; text: string }) => ({
    'user-agent': 'Lockstep',
    ...signatureHeaders(message, keys, Date.now()),
  });
  return {
    send: async (message, signal) => {
      const headers = { 'content-type': 'application/json', ...signed(message) };
      return await client.post(url, { headers, body: message.text, signal });
    },
    ...(probeUrl !== null && {
      hasArrived: async (id: string, signal: AbortSignal) => {
        try {
          const address = probeUrl.replaceAll('{id}', encodeURIComponent(id));
          const headers = signed({ id, text: '' });
          const { statusCode } = await client.ask(address, { method: 'GET', headers, signal });
          return statusCode === 404 ? false : statusCode >= 200 && statusCode < 300 ? true : null;
        } catch {
          return null;
        }
      },
    }),
    close: () => client.close(),
  };
};
