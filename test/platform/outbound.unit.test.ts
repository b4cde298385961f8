import { expect, test } from 'vitest';
import { Fault } from '../../src/kernel/errors.ts';
import { createOutbound } from '../../src/platform/outbound.ts';

function answering(status: number, text: string) {
  const requests: Request[] = [];
  const send = async (request: Request) => {
    requests.push(request);
    return new Response(text, { status });
  };
  return { requests, outbound: createOutbound(send) };
}

test('a question without a body is a GET, and one with a body a POST of JSON', async () => {
  const { requests, outbound } = answering(200, '{}');
  await outbound.ask('http://sandbox/a?b=c', { headers: { authorization: 'Basic eA==' } });
  await outbound.ask('http://sandbox/a', { body: { b: 1 } });

  const [get, post] = requests;
  expect([
    get?.method,
    get?.url,
    get?.headers.get('authorization'),
    get?.headers.get('content-type'),
  ]).toEqual(['GET', 'http://sandbox/a?b=c', 'Basic eA==', null]);
  expect([post?.method, post?.headers.get('content-type')]).toEqual(['POST', 'application/json']);
  expect(await post?.json()).toEqual({ b: 1 });
});

test('whoever asks hears a no in JSON, and whoever posts takes it for a fault', async () => {
  const { outbound } = answering(400, '{"errorCode":"400.002.02"}');
  const no = { status: 400, body: { errorCode: '400.002.02' } };
  expect(await outbound.ask('http://sandbox/a', { body: {} })).toEqual(no);
  await expect(outbound.post('http://sandbox/a', { body: {} })).rejects.toThrow(Fault);
});

test('an answer that is not JSON is a fault to both', async () => {
  for (const [status, text] of [
    [200, '{"cut'],
    [503, 'Service Unavailable'],
    [200, ''],
  ] as const) {
    const { outbound } = answering(status, text);
    await expect(outbound.ask('http://sandbox/a', { body: {} })).rejects.toThrow(Fault);
    await expect(outbound.post('http://sandbox/a', { body: {} })).rejects.toThrow(Fault);
  }
});
