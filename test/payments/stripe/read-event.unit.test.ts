import { describe, expect, test } from 'vitest';
import { readStripeEvent } from '../../../src/payments/stripe/index.ts';
import { eventOf, INTENT, NOW, NOW_MS, OTHER_SECRET, SECRET, sign } from './signed.ts';

const BODY = JSON.stringify(
  eventOf('payment_intent.succeeded', { ...INTENT, amount_received: 9_000 }),
  null,
  2,
);
const read = (body: string | Uint8Array, header: string | null, secrets = [SECRET], nowMs = NOW_MS) =>
  readStripeEvent(body, header, secrets, nowMs);
const refusedAs = (why: string) => ({ kind: 'refused', why });

describe('an event of Stripe', () => {
  test('that is signed is believed, as text and as bytes', async () => {
    const header = await sign(BODY);
    const event = {
      kind: 'event',
      paymentReference: 'pi_1',
      event: {
        ...{ source: 'stripe', eventId: 'evt_1', at: NOW_MS - 60_000, kind: 'captured', paymentId: 'pay_1' },
        ...{ reference: 'pi_1', amount: 9_000, currency: 'KES', receipt: 'ch_1' },
      },
    };
    expect(await read(BODY, header)).toEqual(event);
    expect(await read(new TextEncoder().encode(BODY), header)).toEqual(event);
  });

  test('is refused without a signature, or with one that is none', async () => {
    const good = await sign(BODY);
    const signature = good.slice(good.indexOf('v1='));
    for (const header of [
      ...[null, '', 'nonsense', `t=${NOW}`, signature, `t=,${signature}`, `t=soon,${signature}`],
      ...[`t=${NOW}.5,${signature}`, `t=-${NOW},${signature}`, `t=${NOW},v0=${signature.slice(3)}`],
      ...[
        `t=${NOW},v1=`,
        `t=${NOW},v1=${'0'.repeat(64)}`,
        `${good.slice(0, -1)}`,
        `${good}0`,
        good.toUpperCase(),
      ],
    ]) {
      expect(await read(BODY, header), String(header)).toEqual(refusedAs('signature'));
    }
  });

  test('is refused with two times, whichever of them was signed', async () => {
    const good = await sign(BODY);
    expect(await read(BODY, `t=${NOW - 10},${good}`)).toEqual(refusedAs('signature'));
    expect(await read(BODY, `${good},t=${NOW}`)).toEqual(refusedAs('signature'));
  });

  test('is refused when somebody else has signed it', async () => {
    expect(await read(BODY, await sign(BODY, OTHER_SECRET))).toEqual(refusedAs('signature'));
    expect(await read(BODY, await sign(BODY), [])).toEqual(refusedAs('signature'));
  });

  test('is refused with the signature of another one, or of another moment', async () => {
    const [other, earlier] = [await sign(`${BODY} `), await sign(BODY, SECRET, NOW - 10)];
    expect(await read(BODY, other)).toEqual(refusedAs('signature'));
    expect(await read(BODY, earlier.replace(/t=\d+/, `t=${NOW}`))).toEqual(refusedAs('signature'));
  });

  test('is refused when its body was changed, cut or written anew', async () => {
    const header = await sign(BODY);
    for (const body of [
      ...[BODY.replace('9000', '9001'), BODY.slice(0, -1), BODY.slice(0, BODY.length / 2), `${BODY}\n`, ''],
      ...[JSON.stringify(JSON.parse(BODY)), BODY.replaceAll('\n', '\r\n'), `\u{feff}${BODY}`],
    ]) {
      expect(await read(body, header)).toEqual(refusedAs('signature'));
      expect(await read(new TextEncoder().encode(body), header)).toEqual(refusedAs('signature'));
    }
    const [name, invalid] = [new TextEncoder().encode('{"id":"'), new Uint8Array([0xff, 0xfe])];
    expect(await read(new Uint8Array([...name, ...invalid]), header)).toEqual(refusedAs('signature'));
  });

  test.each([
    [-300, 'event'],
    [300, 'event'],
    [-301, 'timestamp'],
    [301, 'timestamp'],
    [-86_400, 'timestamp'],
    [86_400, 'timestamp'],
  ])('that was signed %d seconds from now is: %s', async (seconds, expected) => {
    const reading = await read(BODY, await sign(BODY, SECRET, NOW + seconds));
    expect(expected === 'event' ? reading.kind : reading).toEqual(
      expected === 'event' ? 'event' : refusedAs(expected),
    );
  });

  test('that is replayed is refused from the second on in which it is too old', async () => {
    const header = await sign(BODY);
    expect((await read(BODY, header, [SECRET], NOW_MS + 300_999)).kind).toBe('event');
    expect(await read(BODY, header, [SECRET], NOW_MS + 301_000)).toEqual(refusedAs('timestamp'));
  });

  test('is believed with either secret while one takes the place of the other, and with both signatures', async () => {
    const [one, two] = [await sign(BODY), await sign(BODY, OTHER_SECRET)];
    const both = `${one},${two.slice(two.indexOf('v1='))}`;
    for (const header of [one, two, both]) {
      expect((await read(BODY, header, [SECRET, OTHER_SECRET])).kind).toBe('event');
    }
    expect((await read(BODY, both, [OTHER_SECRET])).kind).toBe('event');
    expect(await read(BODY, one, [OTHER_SECRET])).toEqual(refusedAs('signature'));
  });

  test('that is signed and yet no event is refused as what it is', async () => {
    for (const body of [
      ...['nonsense', 'null', '[]', '{}', '"evt"', JSON.stringify({ ...JSON.parse(BODY), id: undefined })],
      ...[JSON.stringify({ object: 'v2.core.event', id: 'evt_1', type: 'x' })],
      JSON.stringify({ ...JSON.parse(BODY), data: {} }),
    ]) {
      expect(await read(body, await sign(body)), body).toEqual(refusedAs('malformed'));
    }
  });
});
