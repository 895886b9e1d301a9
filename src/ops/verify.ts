import { Option } from 'commander';
import type { SystemStatus } from '../operate/shapes/system.ts';
import type { VerifiedPage } from '../operate/shapes/verify.ts';
import { isRight, verifiedText, verifyAll } from './verified-text.ts';
import { shopOption, verb } from './verb.ts';

export const VERIFY_VERBS = [
  verb<{ shop?: string; since?: string }>({
    call: 'verify',
    about: 'Compare every order with its journal (read-only)',
    options: [
      shopOption(),
      new Option('--since <time>', 'Only orders committed since this time: 2026-11-20T10:00:00Z'),
    ],
    act: async (session, _args, { shop, since }) => {
      const status = shop === undefined ? await session.ask<SystemStatus>('/status') : null;
      const progress = session.startProgress('orders checked');
      let orders = 0;
      const filter = { ...(shop === undefined ? {} : { shop }), ...(since === undefined ? {} : { since }) };
      const verified = await verifyAll(filter, async (place) => {
        const page = await session.ask<VerifiedPage>(place);
        progress.set((orders += page.orders));
        return page;
      }).finally(() => progress.end());
      const waiting = status ? { waiting: status.waitingEvents } : {};
      session.show({ ...verified, ...waiting }, verifiedText(verified, status));
      if (!isRight(verified)) session.endAs('refused');
    },
  }),
];
