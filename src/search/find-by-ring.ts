import { type Ask, findInRings } from './find-rows.ts';
import { type FoundPage, type Input, pageOf, placeOf, rarityOf, spare } from './page-of.ts';
import type { Plan } from './plan.ts';
import { chordOfKm, kmOfChord } from './point.ts';
import { AFTER_ALL_IDS } from './slices.ts';

const RING = 400;
/** Of a ring that may hold more than was thought, how much is looked at beside it. */
const THINNER = [1, 1 / 8, 1 / 64];

/** Circle after circle, each of which adds about as many places as the one before; a thinner one where they lie closer. */
export async function findByRing(ask: Ask, plan: Plan, { limit, position }: Input): Promise<FoundPage> {
  const circle = ask.asked.circle;
  if (!circle) throw new Error('Assertion failed: distance is from somewhere');
  const after = placeOf(position);
  const innerKm = after ? Math.max(0, kmOfChord(after[0]) - 0.001) : 0;
  const wanted = Math.min(RING, 5 * (limit + 1) * rarityOf(ask.asked));
  const square = circle.radiusKm ** 2;
  const ring = Math.min(square - innerKm ** 2, (wanted * square) / Math.max(1, plan.estimate ?? 1));
  const radii = THINNER.map((part) => Math.min(circle.radiusKm, Math.sqrt(innerKm ** 2 + part * ring)));
  const rings = await findInRings(ask, { after, limit: spare(limit) }, innerKm, radii);
  const at = rings.findIndex((rows) => rows !== null);
  const [rows, radiusKm] = [rings[at] ?? [], radii[at] ?? 0];
  const isCut = at === radii.length - 1 && rows.length === spare(limit);
  const page = pageOf(ask, plan, rows, limit, isCut);
  if (page.next !== null || radiusKm === circle.radiusKm) return page;
  return { ...page, next: ['k', chordOfKm(radiusKm), AFTER_ALL_IDS] };
}
