import { config, doctor, type ConfigAnswer, type Doctor } from '../shapes/system.ts';
import { route, type Route } from './route.ts';

export interface DoctorRouteTools {
  doctor: () => Promise<Doctor>;
  /** The settings, without secrets. */
  config: ConfigAnswer;
}

export function doctorRoutes(tools: DoctorRouteTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/doctor',
      role: 'operator',
      scope: 'global',
      about: 'Checks clocks, servers, indexes, secrets and versions, and says what to do',
      answer: doctor,
      handle: () => tools.doctor(),
    }),
    route({
      method: 'get',
      path: '/config',
      role: 'operator',
      scope: 'global',
      about: 'The settings of the dashboard; secrets and passwords are not shown',
      answer: config,
      handle: () => Promise.resolve(tools.config),
    }),
  ];
}
