import { describe, expect, it } from 'vitest';
import { openSandbox } from './ground.ts';

const { call } = openSandbox();
const MAIL = { from: 'a@roost.test', to: 'b@roost.test', subject: 's', text: 't' };

const setFault = (fault: unknown) => call('POST', '/sandbox/faults', fault);
const send = (key: string) =>
  call('POST', '/sandbox/mail', MAIL, { authorization: 'Bearer t', 'idempotency-key': key });
const countMail = async () => ((await call('GET', '/sandbox/mail')).body.data as unknown[]).length;
const key = () => crypto.randomUUID();

describe('faults', () => {
  it('when mail is down, nothing arrives until it is up again', async () => {
    expect((await setFault({ target: 'mail', mode: 'down' })).body.data).toEqual([
      { target: 'mail', mode: 'down', times: null },
    ]);

    expect((await send(key())).status).toBe(503);
    expect((await send(key())).status).toBe(503);
    expect(await countMail()).toBe(0);

    await setFault({ target: 'mail', mode: 'none' });
    expect((await send(key())).status).toBe(200);
    expect(await countMail()).toBe(1);
  });

  it('a fault with a number of times passes by itself', async () => {
    await setFault({ target: 'mail', mode: 'down', times: 2 });

    const statuses = [await send('k1'), await send('k1'), await send('k1')].map(({ status }) => status);
    expect(statuses).toEqual([503, 503, 200]);
    expect((await call('GET', '/sandbox/faults')).body.data).toEqual([]);
  });

  it('a cut answer leaves the work done, and asking again does it no second time', async () => {
    await setFault({ target: 'mail', mode: 'error', times: 1 });

    const cut = await send('k2');
    expect(cut.status).toBe(200);
    expect(() => JSON.parse(cut.text)).toThrow();
    expect(await countMail()).toBe(1);
    expect((await send('k2')).body.id).toMatch(/^mail_/);
    expect(await countMail()).toBe(1);
  });

  it('a slow answer keeps its caller waiting, while reading the mailbox stays quick', async () => {
    await setFault({ target: 'mail', mode: 'slow', times: 1 });

    const slow = send(key()).then(() => 'answered');
    slow.catch(() => {});
    await expect.poll(countMail).toBe(1);
    const patience = new Promise((resolve) => setTimeout(resolve, 200, 'waiting'));
    expect(await Promise.race([slow, patience])).toBe('waiting');
  });

  it('one dependency fails without the other', async () => {
    await setFault({ target: 'turnstile', mode: 'down' });
    const secret = '1x0000000000000000000000000000000AA';
    const verify = () => call('POST', '/sandbox/turnstile/v0/siteverify', { secret, response: 'r' });

    expect((await verify()).status).toBe(503);
    expect((await send(key())).status).toBe(200);
    await setFault({ target: 'turnstile', mode: 'error' });
    const cut = await verify();
    expect(() => JSON.parse(cut.text)).toThrow();
  });

  it.each([
    [{ target: 'paypal', mode: 'down' }],
    [{ target: 'mail', mode: 'stuck' }],
    [{ target: 'mail', mode: 'broken' }],
    [{ target: 'mail', mode: 'down', times: 0 }],
    [{ target: 'mail' }],
    [{ target: 'mail', mode: 'down', for: 3 }],
  ])('refuses %j, and everything works on', async (fault) => {
    expect(await setFault(fault)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect((await call('GET', '/sandbox/faults')).body.data).toEqual([]);
    expect((await send(key())).status).toBe(200);
  });
});
