import { expect, test } from 'vitest';
import { endpoints } from '../../src/app.ts';
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

test.each(optional)(
  '$operationId does not ask what kind of nothing was sent',
  async ({ method, path, status }) => {
    for (const type of [undefined, 'application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const { token } = await person(`${path} ${type}`.replace(/\W/g, '.'));
      const answer = await request(path, {
        method: method.toUpperCase(),
        headers: {
          authorization: `Bearer ${token}`,
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        body: '',
      });
      expect(answer.status).toBe(status);
    }
  },
);
