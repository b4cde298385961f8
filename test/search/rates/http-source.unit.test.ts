import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Settings } from '../../../src/env.ts';
import { Fault } from '../../../src/kernel/errors.ts';
import { createSend } from '../../../src/platform/outbound.ts';
import { FIXED } from '../../../src/search/exchange.ts';
import { createRateSource } from '../../../src/search/rates/http-source.ts';

const DAY = { base: 'USD', date: '2027-03-10', rates: FIXED };
let answer: RequestListener;
let asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers.accept}`);
  answer(request, response);
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

const read = async () =>
  createRateSource({ ratesUrl: `${origin}/latest?key=k3y` } as Settings, createSend(undefined))?.read();
const answering = (content: unknown, status = 200) => {
  answer = (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof content === 'string' ? content : JSON.stringify(content));
  };
};

test('who names no source is told by the fixed table alone', () => {
  expect(createRateSource({ ratesUrl: null } as Settings, createSend(undefined))).toBeNull();
});

test('the rates of a day are read, and what is no currency in use is passed over', async () => {
  answering({ ...DAY, success: true, rates: { ...FIXED, BTC: 'n/a', XAU: -1, constructor: null } });
  expect(await read()).toEqual({ date: '2027-03-10', rates: FIXED });
  expect(asked).toEqual(['GET /latest?key=k3y application/json']);
});

test('whatever the base is, told or not among the rates, they are what a dollar is worth', async () => {
  const inEuros = Object.entries(FIXED).map(([currency, rate]) => [currency, rate / 0.86]);
  const rates = Object.fromEntries(inEuros);
  for (const told of [{ ...rates, EUR: 1 }, Object.fromEntries(inEuros.filter(([name]) => name !== 'EUR'))]) {
    answering({ ...DAY, base: 'EUR', rates: told });
    const found = await read();
    for (const [currency, rate] of Object.entries(FIXED))
      expect(found?.rates[currency], currency).toBeCloseTo(rate, 8);
    expect(found?.rates.USD).toBe(1);
  }
});

const with_ = (rates: object) => ({ ...DAY, rates: { ...FIXED, ...rates } });
const BAD: Readonly<Record<string, unknown>> = {
  'no JSON': 'Too many requests',
  'JSON that is cut off': JSON.stringify(DAY).slice(0, 200),
  nothing: '',
  'a number': 7,
  null: 'null',
  'a list': [DAY],
  'no rates': { base: 'USD', date: '2027-03-10' },
  'an error in the form of an answer': { success: false, error: { code: 101 } },
  'rates in a list': { ...DAY, rates: [1, 2] },
  'NaN, which is no JSON': JSON.stringify(with_({ EUR: 7_777 })).replace('7777', 'NaN'),
  'more than a number can hold': JSON.stringify(with_({ EUR: 7_777 })).replace('7777', '1e400'),
  'a negative rate': with_({ KES: -129 }),
  'a rate of nothing': with_({ KES: 0 }),
  'a rate in words': with_({ KES: '129' }),
  'a rate that is null': with_({ KES: null }),
  'a rate beyond all sense': with_({ KES: 1.1e9 }),
  'a rate below all sense': with_({ KES: 0.009 }),
  'a base that nobody knows': { ...DAY, base: 'BTC' },
  'no base': { date: DAY.date, rates: FIXED },
  'a base that is not worth itself': { ...DAY, base: 'EUR' },
  'a base that is something': { ...DAY, base: { USD: 1 } },
  'no rate of the dollar': { ...DAY, base: 'EUR', rates: { ...FIXED, EUR: 1, USD: undefined } },
  'a dollar for nothing': { ...DAY, base: 'EUR', rates: { ...FIXED, EUR: 1, USD: 0 } },
  'hardly any currency': { ...DAY, rates: { USD: 1, EUR: 0.86, KES: 129 } },
  'a day that is none': { ...DAY, date: '2027-02-30' },
  'a time of day': { ...DAY, date: '2027-03-10T00:00:00Z' },
  'no day': { base: 'USD', rates: FIXED },
};
test.each(Object.entries(BAD))(
  '%s is a fault of the source, which names its host alone',
  async (_, content) => {
    answering(content);
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Fault);
    expect((error as Fault).message).toBe('127.0.0.1 did not answer as it should');
    expect(asked).toHaveLength(1);
  },
);

test.each([201, 204, 304, 404, 429, 500])('an answer of %i is a fault, whatever it says', async (status) => {
  answering(status === 204 || status === 304 ? '' : DAY, status);
  await expect(read()).rejects.toBeInstanceOf(Fault);
});

test('nobody is followed to another address', async () => {
  answer = (request, response) => {
    if (request.url !== '/other') response.writeHead(302, { location: '/other' }).end();
    else response.end(JSON.stringify(DAY));
  };
  await expect(read()).rejects.toBeInstanceOf(Fault);
  expect(asked).toHaveLength(1);
});

test('of ten megabytes no more is read than a table could have, whether they are announced or not', async () => {
  const padding = ' '.repeat(10 * 1024 * 1024);
  answering(`${padding}${JSON.stringify(DAY)}`);
  await expect(read()).rejects.toBeInstanceOf(Fault);
  let sent = 0;
  let ended: () => void = () => {};
  const isOver = new Promise<void>((resolve) => (ended = resolve));
  answer = (_, response) => {
    response.on('close', ended);
    const more = () => {
      while (sent < padding.length && !response.closed) {
        sent += 16_384;
        if (!response.write(' '.repeat(16_384))) return void response.once('drain', more);
      }
      response.end(JSON.stringify(DAY));
    };
    more();
  };
  await expect(read()).rejects.toBeInstanceOf(Fault);
  await isOver;
  expect(sent).toBeLessThan(padding.length);
});

test('a source that is slow, with its head or with its body, is waited for five seconds at most', async () => {
  const startedAt = performance.now();
  answer = () => {};
  const head = read();
  await expect.poll(() => asked.length).toBe(1);
  answer = (_, response) => {
    response.writeHead(200);
    response.write('{"base":');
  };
  const body = read();
  await Promise.all([head, body].map((one) => expect(one).rejects.toBeInstanceOf(Fault)));
  expect(performance.now() - startedAt).toBeLessThan(9_000);
}, 20_000);

test('a source that nobody can reach is a fault', async () => {
  const nobody = { ratesUrl: 'http://127.0.0.1:1/' } as Settings;
  await expect(createRateSource(nobody, createSend(undefined))?.read()).rejects.toBeInstanceOf(Fault);
});
