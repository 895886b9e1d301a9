import { Loader } from '@mantine/core';
import type { ApiProblem } from '../client/api-problem.ts';
import { Problem } from '../components/problem.tsx';

/** Shown until the session is known. */
export function Waiting({ problem = null }: { problem?: ApiProblem | null }) {
  return (
    <main className="waiting">
      <h1 className="unseen">Lockstep</h1>
      {problem ? <Problem problem={problem} /> : <Loader aria-label="loading" />}
    </main>
  );
}
