import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { ApiProblem } from '../api.ts';
import { When } from './when.tsx';
import { Plain } from './plain.tsx';

/** Says in place what could not be read, whether it is tried again, and of when it is what is shown. */
export function Problem({ problem, asOf }: { problem: ApiProblem; asOf?: Date | null }) {
  const again = problem.status === 0 || problem.status >= 500;
  const refused = problem.status === 404 ? 'Not found' : 'This was refused';
  return (
    <Alert
      className="problem"
      role="alert"
      variant="outline"
      icon={<IconPlugConnectedX size={18} />}
      title={again ? 'This could not be read' : refused}
      mb="sm"
    >
      <Plain text={problem.message} />
      {again && '. It tries again by itself.'}
      {asOf && (
        <>
          {' '}
          What is shown is as of <When at={asOf} />.
        </>
      )}
    </Alert>
  );
}
