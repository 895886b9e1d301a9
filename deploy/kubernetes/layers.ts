import { budgetOf, deploymentOf } from './deployment.ts';
import { MONITORS } from './monitoring.ts';
import { networkPolicyOf, serviceOf } from './network.ts';
import { nameOf, PROGRAMS, type Program } from './programs.ts';
import { INGESTS, SCALED, WORKERS } from './scaling.ts';

/** Any resource of the models. */
interface ResourceModel {
  validate: () => void;
  toJSON: () => unknown;
}

/** A folder of manifests, with its kustomization. */
interface Layer {
  /** What every installation needs is a resource; the rest are components, which an installation may add. */
  kind: 'Kustomization' | 'Component';
  /** By file name. */
  files: Record<string, readonly ResourceModel[]>;
  /** Changes that a component makes to the resources. */
  patches?: readonly object[];
}

const API = {
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
  Component: 'kustomize.config.k8s.io/v1alpha1',
};

const needed = PROGRAMS.filter(({ isOptional }) => !isOptional);
const optional = PROGRAMS.filter(({ isOptional }) => isOptional);

/** By folder. */
const LAYERS: Record<string, Layer> = {
  base: { kind: 'Kustomization', files: filesOf(needed) },
  app: { kind: 'Component', files: filesOf(optional) },
  keda: {
    kind: 'Component',
    files: { 'scaling.yaml': [INGESTS, WORKERS] },
    patches: SCALED.map((name) => ({
      target: { kind: 'Deployment', name: nameOf({ name }) },
      patch: '- { op: remove, path: /spec/replicas }',
    })),
  },
  monitoring: { kind: 'Component', files: { 'monitors.yaml': MONITORS } },
};

/** A file, and the documents in it. */
export interface ManifestFile {
  path: string;
  documents: readonly object[];
}

/** Every file of every layer. @throws if a manifest does not fit its schema */
export function manifestFiles(): ManifestFile[] {
  return Object.entries(LAYERS).flatMap(([folder, { kind, files, patches }]) => {
    const kustomization = {
      apiVersion: API[kind],
      kind,
      resources: Object.keys(files),
      ...(patches && { patches }),
    };
    return [
      { path: `${folder}/kustomization.yaml`, documents: [kustomization] },
      ...Object.entries(files).map(([name, models]) => ({
        path: `${folder}/${name}`,
        documents: models.map(checked),
      })),
    ];
  });
}

function checked(model: ResourceModel): object {
  model.validate();
  return model.toJSON() as object;
}

function filesOf(programs: readonly Program[]): Layer['files'] {
  return Object.fromEntries(
    programs.map((program) => {
      const service = serviceOf(program);
      const models = [deploymentOf(program), budgetOf(program), networkPolicyOf(program)];
      return [`${program.name}.yaml`, service ? [...models, service] : models];
    }),
  );
}
