import { beforeEach, expect, test } from 'vitest';
import { BALANCE_SCHEMA, balanceIn, draw, refuseDrawing } from '../../../src/payments/payouts/draw.ts';
import type { Drawing } from '../../../src/payments/payouts/host-balance.ts';
import { openStorage } from '../../book/sim/storage.ts';

/** Whole shillings from ten up, no more than a thousand at once; amounts are in cents. */
const PHONE = {
  unit: 100,
  least: 1_000,
  most: 100_000,
  provider: 'mpesa',
  destination: '254700000000',
} as const;

let { sql } = openStorage();
beforeEach(() => {
  ({ sql } = openStorage());
  sql.exec(BALANCE_SCHEMA);
});
const balance = () => balanceIn(sql, 'KES');
const ask = (key: string, amount: number, more: Partial<Drawing> = {}) =>
  draw(sql, { key, amount, instead: null, currency: 'KES', to: amount < 0 ? null : PHONE, ...more });

test('what is settled is sent, once for its key', () => {
  const first = ask('a', 50_000);
  expect(first).toEqual({
    ...{ state: 'new', key: 'a', amount: 50_000, sent: 50_000, left: false },
    ...{ provider: 'mpesa', destination: '254700000000' },
  });
  expect(ask('a', 70_000)).toEqual({ ...first, state: 'known' });
  expect(balance()).toBe(0);
});

test('what a host owes is withheld from what they are sent next, and the rest from what comes then', () => {
  expect(ask('debt', -60_000)).toMatchObject({ sent: 0, provider: null });
  expect(balance()).toBe(-60_000);
  expect(ask('b', 50_000)).toMatchObject({ amount: 50_000, sent: 0, provider: null });
  expect(ask('c', 50_000)).toMatchObject({ amount: 50_000, sent: 40_000, provider: 'mpesa' });
  expect(balance()).toBe(0);
});

test('what a phone can’t be sent stays on the balance until there is enough of it', () => {
  expect(ask('a', 1_250)).toMatchObject({ sent: 1_200, left: false });
  expect(ask('b', 900)).toMatchObject({ sent: 0 });
  expect(ask('c', 50)).toMatchObject({ sent: 1_000 });
  expect(balance()).toBe(0);
});

test('more than goes at once goes in parts, and says that something is left', () => {
  expect(ask('a', 250_000)).toMatchObject({ sent: 100_000, left: true });
  expect(ask('b', 0)).toMatchObject({ amount: 0, sent: 100_000, left: true });
  expect(ask('c', 0)).toMatchObject({ amount: 0, sent: 50_000, left: false });
});

test('currencies have nothing to do with each other', () => {
  ask('debt', -5_000, { currency: 'EUR' });
  expect(ask('a', 5_000)).toMatchObject({ sent: 5_000 });
  expect(balanceIn(sql, 'EUR')).toBe(-5_000);
});

test('with nowhere to send it nothing is drawn', () => {
  expect(ask('a', 5_000, { to: null })).toBeNull();
  expect(balance()).toBe(0);
  expect(ask('a', 5_000)).toMatchObject({ state: 'new', sent: 5_000 });
});

test('what was drawn is what is asked for, wherever the host has their account since', () => {
  ask('a', 5_000);
  const elsewhere = { ...PHONE, destination: '254711111111' };
  expect(ask('a', 5_000, { to: elsewhere })).toMatchObject({ state: 'known', destination: '254700000000' });
  expect(ask('a', 5_000, { to: null })).toMatchObject({ state: 'known', destination: '254700000000' });
});

test('what was refused is drawn anew under the name of the next attempt', () => {
  ask('a', 5_000);
  refuseDrawing(sql, 'a');
  refuseDrawing(sql, 'a');
  expect(balance()).toBe(0);
  expect(ask('a.1', 5_000, { instead: 'a' })).toMatchObject({ state: 'new', key: 'a.1', sent: 5_000 });
  expect(ask('a', 5_000)).toMatchObject({ state: 'undone' });
  expect(balance()).toBe(0);
});

test('an attempt that may be on its way is the one that goes on', () => {
  ask('a', 5_000);
  expect(ask('a.1', 5_000, { instead: 'a' })).toMatchObject({ state: 'known', key: 'a', sent: 5_000 });
  expect(balance()).toBe(0);
});

test('who asks late for an attempt that has drawn nothing gets nothing', () => {
  expect(ask('a', 5_000, { to: null })).toBeNull();
  expect(ask('a.1', 5_000, { instead: 'a' })).toMatchObject({ sent: 5_000 });
  expect(ask('a', 5_000)).toMatchObject({ state: 'undone', sent: 0 });
  expect(balance()).toBe(0);
});
