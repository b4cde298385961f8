import { expect, test } from 'vitest';
import { endpoints } from '../../src/app.ts';
import { subjectOf, visitors } from '../access/walk.ts';
import { request } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

const optional = endpoints.filter(({ bodyOptional }) => bodyOptional === true);

test.each([
  'application/json',
  'Application/JSON',
  'application/json;charset=utf-8',
  'application/json ; charset="UTF-8"',
])('a body sent as %s is read', async (type) => {
  const { token } = await person(type.replace(/\W/g, '.'));
  const answer = await request('/v1/me', {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: '{"bio":"I let a room."}',
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ bio: 'I let a room.' });
});

test.each(optional)('$operationId does not ask what kind of nothing was sent', async (endpoint) => {
  for (const type of [undefined, 'application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    const { go } = await visitors(endpoint)(subjectOf(endpoint));
    const { status } = await go({ file: { type, bytes: '' } });
    expect(status).toBe(endpoint.status);
  }
});
