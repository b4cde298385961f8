import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { describeProperties } from '../../src/properties/personal-data.ts';
import { everything } from '../worker/ground.ts';
import {
  answer,
  ask,
  COTTAGE,
  contextOf,
  draft,
  help,
  newGuest,
  newHost,
  PRIVATE,
  published,
  refusal,
} from './places.ts';

test('a copy of everything about me has my places, those I help with, and what I like', async () => {
  const [me, other] = [await newHost(), await newHost()];
  const own = await draft(me);
  const helped = await published(other);
  await help(other, helped.id, me, 'calendar');
  await answer('PUT', `/v1/me/favourites/${helped.id}`, { as: me });
  const known = await describeProperties(contextOf().db, me.actor.accountId);
  expect(known).toMatchObject({
    properties: [{ id: own.id, address: COTTAGE.address, accessInstructions: COTTAGE.accessInstructions }],
    coHostOf: [{ propertyId: helped.id, access: 'calendar' }],
    favourites: [{ propertyId: helped.id }],
  });
});

test('who has something published is not erased, and hears what; afterwards no exact place is left', async () => {
  const [me, guest] = [await newHost(), await newGuest()];
  const { id } = await published(me);
  await draft(me);
  await answer('PUT', `/v1/me/favourites/${id}`, { as: me });
  expect(await refusal('DELETE', '/v1/me', { as: me })).toMatchObject({
    code: 'privacy.open_business',
    open: [`property:${id}`],
  });
  await answer('POST', `/v1/properties/${id}/unpublish`, { as: me });
  expect((await ask('DELETE', '/v1/me', { as: me })).status).toBe(202);

  const { favourite = [], property = [] } = await everything();
  const mine = (row: unknown) => JSON.stringify(row).includes(me.actor.accountId);
  expect(favourite.filter(mine)).toEqual([]);
  const left = property.filter(mine);
  expect(left).toHaveLength(2);
  for (const word of [...PRIVATE, 'KE-4711']) expect(JSON.stringify(left), word).not.toContain(word);
  expect((await ask('GET', `/v1/properties/${id}`, { as: guest })).status).toBe(404);
  expect(await env.KV.get(`property/${id}`)).toBeNull();
});
