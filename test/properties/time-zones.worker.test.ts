import { expect, test } from 'vitest';
import { answer, COTTAGE, newHost, refusal } from './places.ts';

// In this order: an isolate that has read the file once never asks for it again.
test('while the file of time zones cannot be read no place gets a location, and nothing else happens either', async () => {
  const host = await newHost();
  const bare = await answer('POST', '/v1/properties', { as: host, json: { title: 'A cottage' } });
  const bindings = { ASSETS: { fetch: async () => new Response('gone', { status: 404 }) } };
  const { timeZone: _, ...json } = COTTAGE as typeof COTTAGE & { timeZone?: string };

  const created = await refusal('POST', '/v1/properties', { as: host, json, bindings });
  expect(created).toMatchObject({ status: 503, code: 'service.unavailable' });
  const moved = await refusal('PATCH', `/v1/properties/${bare.id}`, {
    as: host,
    json: { location: COTTAGE.location },
    headers: { 'if-match': '*' },
    bindings,
  });
  expect(moved).toMatchObject({ status: 503, code: 'service.unavailable' });
});

test('a place has the time zone of where it lies, and another one when it is moved', async () => {
  const host = await newHost();
  const { timeZone: _, ...json } = COTTAGE as typeof COTTAGE & { timeZone?: string };
  const created = await answer('POST', '/v1/properties', { as: host, json });
  expect(created).toMatchObject({ timeZone: 'Africa/Nairobi' });
  const moved = await answer('PATCH', `/v1/properties/${created.id}`, {
    as: host,
    json: { location: { lat: 48.8566, lng: 2.3522 } },
    headers: { 'if-match': '*' },
  });
  expect(moved).toMatchObject({ timeZone: 'Europe/Paris' });
});
