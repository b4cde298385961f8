import type { property } from './tables.ts';

const MIN_DESCRIPTION = 50;

/** What the public could not do without, by the name of the field that lacks it. */
export function missingToPublish(row: typeof property.$inferSelect, imageCount: number): string[] {
  const present: Readonly<Record<string, boolean>> = {
    title: row.title.trim() !== '',
    description: [...row.description.trim()].length >= MIN_DESCRIPTION,
    type: row.type !== null,
    address: row.address !== null,
    location: row.lat !== null && row.lng !== null,
    beds: row.beds > 0,
    images: imageCount > 0,
  };
  return Object.keys(present).filter((name) => !present[name]);
}
