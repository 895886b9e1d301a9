import path from 'node:path';
import express, { type Router } from 'express';
import { absolutePath } from 'swagger-ui-dist';
import { PROBLEMS } from '../../system/problems.ts';
import { POLICIES, withPolicy } from '../headers.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API – Lockstep</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/show.js"></script>
</body>
</html>
`;

const SHOW = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

/** The `type` of every problem leads to its code here. */
const PROBLEMS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Problems – Lockstep</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>Problems that the API answers</h1>
<dl>
${Object.entries(PROBLEMS)
  .map(
    ([code, { status, title, about }]) =>
      `<dt id="${code}">${code}: ${status}, ${title}</dt><dd>${about}</dd>`,
  )
  .join('\n')}
</dl>
</body>
</html>
`;

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];

/** The API's document in Swagger UI. All files come from this server. */
export function docsPage(): Router {
  const router = express.Router();
  router.use(withPolicy(POLICIES.foreignPage()));
  router.get('/', (_request, response) => void response.type('html').send(PAGE));
  router.get('/problems', (_request, response) => void response.type('html').send(PROBLEMS_PAGE));
  router.get('/show.js', (_request, response) => void response.type('js').send(SHOW));
  for (const file of FILES)
    router.get(`/${file}`, (_request, response) => response.sendFile(path.join(absolutePath(), file)));
  return router;
}
