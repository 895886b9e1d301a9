import { expect, test } from '@jest/globals';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';

/** `npm run check:types` fails if one of the lines below a `@ts-expect-error` compiles. At run time, they pass. */
test('the models accept unknown fields at run time, so the compiler has to refuse them', () => {
  const deployment = new Deployment({
    metadata: { name: 'x' },
    spec: {
      selector: {},
      template: {
        // @ts-expect-error: the field is livenessProbe
        spec: { containers: [{ name: 'x', livenesProbe: {} }] },
      },
    },
  });
  expect(() => deployment.validate()).not.toThrow();

  const scaled = new ScaledObject({
    metadata: { name: 'x' },
    // @ts-expect-error: the field is minReplicaCount
    spec: { scaleTargetRef: { name: 'x' }, minReplicas: 2, triggers: [] },
  });
  expect(() => scaled.validate()).not.toThrow();
});
