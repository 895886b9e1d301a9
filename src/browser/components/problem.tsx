import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { ApiProblem } from '../client/api-problem.ts';
import { When } from '../text/when.tsx';
import { Plain } from '../text/plain.tsx';

/** Says in place what failed, whether it is retried, and how old the displayed data is. */
export function Problem({ problem, asOf }: { problem: ApiProblem; asOf?: Date | null }) {
  const again = problem.status === 0 || problem.status >= 500;
  const refused = problem.status === 404 ? 'Not found' : 'Request refused';
  return (
    <Alert
      className="problem"
      role="alert"
      variant="outline"
      icon={<IconPlugConnectedX size={18} />}
      title={again ? 'Loading failed' : refused}
      mb="sm"
    >
      <Plain text={problem.message} />
      {again && '. Retrying automatically.'}
      {asOf && (
        <>
          {' '}
          Showing the data as of <When at={asOf} />.
        </>
      )}
    </Alert>
  );
}
