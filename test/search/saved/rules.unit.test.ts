import { expect, test } from 'vitest';
import type { Night } from '../../../src/kernel/stay.ts';
import type { Asked } from '../../../src/search/read-query.ts';
import { isOver, newsOf } from '../../../src/search/saved/rules.ts';

const place = (created: number, id: string) => ({ id, place: [created, id] as const });

test('new is what was not seen, down to where the look before ended', () => {
  const found = [place(9, 'd'), place(7, 'c'), place(7, 'b'), place(7, 'a'), place(3, 'e')];
  const ids = (before: Parameters<typeof newsOf>[0]) => newsOf(before, found).map(({ id }) => id);
  expect(ids({ ids: [], end: null })).toEqual(['d', 'c', 'b', 'a', 'e']);
  expect(ids({ ids: ['d', 'a'], end: null })).toEqual(['c', 'b', 'e']);
  // Of places as old as the end, those with smaller ids lie behind it.
  expect(ids({ ids: [], end: [7, 'b'] })).toEqual(['d', 'c', 'b']);
  expect(ids({ ids: ['d'], end: [7, 'b'] })).toEqual(['c', 'b']);
  expect(ids({ ids: ['x'], end: [10, 'x'] })).toEqual([]);
});

test('a search is over when its last day of arriving has ended everywhere, and without days never', () => {
  const asked = (checkIn: string, flexDays: number) =>
    ({ stay: { checkIn: checkIn as Night, checkOut: '2027-12-31' }, flexDays }) as unknown as Asked;
  const at = (instant: string) => Date.parse(instant);
  // It is midnight on the date line's eastern side when it is noon in Greenwich.
  expect(isOver(asked('2027-03-10', 0), at('2027-03-11T11:59:59.999Z'))).toBe(false);
  expect(isOver(asked('2027-03-10', 0), at('2027-03-11T12:00:00Z'))).toBe(true);
  expect(isOver(asked('2027-03-10', 2), at('2027-03-13T11:59:59.999Z'))).toBe(false);
  expect(isOver(asked('2027-03-10', 2), at('2027-03-13T12:00:00Z'))).toBe(true);
  expect(isOver({ stay: null, flexDays: 0 } as Asked, at('2999-01-01T00:00:00Z'))).toBe(false);
});
