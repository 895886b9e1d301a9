import { json, Router } from 'express';

/** The team's inbox: it prints what arrives. A message whose id it has already had is a repeat. */
export function team(say: (line: string) => void): Router {
  const had = new Set<string>();
  const router = Router();
  router.post('/team', json(), ({ headers, body }, response) => {
    const id = String(headers['webhook-id']);
    const { data } = body as { data: { text: string } };
    if (!had.has(id)) say(`the team gets: ${data.text}`);
    had.add(id);
    response.sendStatus(204);
  });
  return router;
}
