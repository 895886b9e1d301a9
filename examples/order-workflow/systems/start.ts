import express from 'express';
import { team } from './team.ts';
import { warehouse } from './warehouse.ts';

/** npm run example: the systems around the workflow, on this machine only, until Ctrl-C. They print what they do. */
const port = Number(process.env.EXAMPLE_PORT ?? 4400);
const say = (line: string) => process.stdout.write(`${line}\n`);

express()
  .disable('x-powered-by')
  .use(team(say))
  .use(warehouse(say))
  .listen(port, '127.0.0.1', (error) => {
    if (error) throw error;
    say(`the warehouse and the team's inbox: http://127.0.0.1:${port}`);
  });
