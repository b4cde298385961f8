import { expect, test } from 'vitest';
import { missingToPublish } from '../../src/properties/rules.ts';

const COMPLETE = {
  title: 'A cottage',
  description: 'd'.repeat(50),
  type: 'house',
  address: {},
  lat: 0,
  lng: 0,
  beds: 1,
} as never as Parameters<typeof missingToPublish>[0];

test('a place at the origin of the map with one bed and one picture is complete', () => {
  expect(missingToPublish(COMPLETE, 1)).toEqual([]);
});

test.each([
  ['description', { description: 'd'.repeat(49) }],
  ['description', { description: ` ${'d'.repeat(49)} ` }],
  ['description', { description: '🏡'.repeat(49) }],
  ['type', { type: null }],
  ['address', { address: null }],
  ['location', { lat: null }],
  ['location', { lng: null }],
  ['beds', { beds: 0 }],
])('without its %s a place is not shown to the public', (name, lack) => {
  expect(missingToPublish({ ...COMPLETE, ...lack } as never, 1)).toEqual([name]);
});

test('a place is not shown to the public without a picture', () => {
  expect(missingToPublish(COMPLETE, 0)).toEqual(['images']);
});
