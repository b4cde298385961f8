import type { Amenity } from './amenities.ts';
import { createCanvas } from './canvas.ts';
import { drawBathroom, drawBedroom, drawKitchen, drawLivingRoom } from './indoors.ts';
import type { Layout } from './layout.ts';
import { type Draw, drawFacade, drawLandscape, drawSkyline, drawTerrace } from './outdoors.ts';
import { PALETTES } from './palettes.ts';
import { type Random, randomOf } from './random.ts';

/** How often each scene is drawn in each palette; all together stay few enough to be kept. */
const VARIANTS = 4;
const MIN_PICTURES = 3;
const MAX_PICTURES = 6;

export type DemoPicture = { caption: string; contentType: 'image/png'; bytes(): Uint8Array };

const SCENES = {
  facade: { draw: drawFacade, captions: ['From the street', 'The front of the house', 'Where you arrive'] },
  skyline: { draw: drawSkyline, captions: ['The city from above', 'The view', 'Over the roofs'] },
  landscape: { draw: drawLandscape, captions: ['Not far away', 'Worth the walk', 'A day out'] },
  terrace: { draw: drawTerrace, captions: ['The pool', 'Outside', 'Time for a swim'] },
  living_room: { draw: drawLivingRoom, captions: ['Living room', 'Where everybody meets', 'The sofa'] },
  bedroom: { draw: drawBedroom, captions: ['Bedroom', 'Where you sleep', 'The bed'] },
  kitchen: { draw: drawKitchen, captions: ['Kitchen', 'All you need to cook', 'The heart of the home'] },
  bathroom: { draw: drawBathroom, captions: ['Bathroom', 'The bath', 'Fresh towels'] },
} as const satisfies Record<string, { draw: Draw; captions: readonly string[] }>;
type Scene = keyof typeof SCENES;

const drawn = new Map<string, Uint8Array>();

/** The first is the one that search shows. A place has one palette and each scene once. */
export function drawPictures(random: Random, { type }: Layout, amenities: readonly Amenity[]): DemoPicture[] {
  const palette = random.int(0, PALETTES.length - 1);
  const inARoom = type === 'room' || type === 'hotel_room';
  const first: Scene = amenities.includes('pool') && random.chance(0.6) ? 'terrace' : toCover(type, random);
  const possible: Scene[] = [
    'bedroom',
    'bathroom',
    ...(inARoom ? [] : (['living_room'] as const)),
    ...(amenities.includes('kitchen') ? (['kitchen'] as const) : []),
    ...(amenities.includes('pool') ? (['terrace'] as const) : []),
    'facade',
    'skyline',
    'landscape',
  ];
  const others = possible.filter((scene) => scene !== first);
  const scenes = [first, ...random.sample(others, random.int(MIN_PICTURES - 1, MAX_PICTURES - 1))];
  return scenes.map((scene) => {
    const variant = random.int(0, VARIANTS - 1);
    const caption = random.pick<string>(SCENES[scene].captions);
    return { caption, contentType: 'image/png', bytes: () => drawScene(scene, palette, variant).slice() };
  });
}

function toCover(type: Layout['type'], random: Random): Scene {
  if (type === 'room' || type === 'hotel_room') return 'bedroom';
  if (type === 'apartment') return random.pick(['living_room', 'living_room', 'bedroom', 'skyline']);
  return 'facade';
}

function drawScene(scene: Scene, palette: number, variant: number): Uint8Array {
  const key = `${scene} ${palette} ${variant}`;
  const colours = PALETTES[palette];
  if (colours === undefined) throw new Error(`There is no palette ${palette}`);
  const known = drawn.get(key);
  if (known) return known;

  const canvas = createCanvas();
  SCENES[scene].draw(canvas, colours, randomOf('drawing', key));
  const bytes = canvas.toPng();
  drawn.set(key, bytes);
  return bytes;
}
