import { randomUUID } from 'node:crypto';
import { BEFORE, type ActTest } from './act-test.ts';
import type { ActsWorld } from './acts-world.ts';

/** A separate token, used to sign in. */
async function minted(world: ActsWorld): Promise<{ token: string; id: string }> {
  const asked = { ...BEFORE, name: 'grace', role: 'viewer', hours: 1 };
  const { json } = await world.must('POST', '/tokens', asked);
  return { token: String(json.token), id: String(json.id) };
}

/** Actions on permissions. */
export const TOKENS: Record<string, ActTest> = {
  'post /tokens': {
    writes: ['record of the token'],
    again: 'another',
    prepare: async (world, reason) => {
      const name = `grace ${randomUUID()}`;
      const { tokens } = world.rig.collections;
      return {
        place: '/tokens',
        body: () => ({ reason, name, role: 'viewer', hours: 1 }),
        times: () => tokens.countDocuments({ name }),
      };
    },
  },
  'post /tokens/{id}/revoke': {
    writes: ['revocation of the token'],
    again: 'same',
    prepare: async (world, reason) => {
      const { id } = await minted(world);
      const { tokens } = world.rig.collections;
      return {
        place: `/tokens/${id}/revoke`,
        body: () => ({ reason }),
        times: () => tokens.countDocuments({ _id: id, revokedAt: { $ne: null } }),
      };
    },
  },
  'post /session': {
    writes: ['record of the token'],
    again: 'another',
    prepare: async (world) => {
      const { token, id } = await minted(world);
      const { tokens } = world.rig.collections;
      return {
        place: '/session',
        body: () => ({ token }),
        audited: { action: 'session.begin', target: `token ${id}` },
        times: () => tokens.countDocuments({ root: id, kind: 'session' }),
      };
    },
  },
  'delete /session': {
    writes: ['revocation of the token'],
    again: 'same',
    prepare: async (world) => {
      const { token, id } = await minted(world);
      const { headers } = await world.must('POST', '/session', { token });
      const cookie = String([headers['set-cookie'] ?? []].flat()[0]).split(';')[0] ?? '';
      const { tokens } = world.rig.collections;
      return {
        place: '/session',
        headers: { cookie, 'sec-fetch-site': 'same-origin' },
        audited: null,
        times: () => tokens.countDocuments({ root: id, kind: 'session', revokedAt: { $ne: null } }),
      };
    },
  },
  'post /session/once': {
    writes: [],
    again: 'nothing',
    prepare: async (_world, reason) => ({
      place: '/session/once',
      body: () => ({ reason }),
      times: async () => 0,
    }),
  },
};
