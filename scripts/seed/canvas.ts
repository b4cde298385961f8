import { encodePng, type Rgb } from './png.ts';

export const WIDTH = 320;
export const HEIGHT = 213;
const MAX_COLOURS = 256;

/** Flat shapes on a small sheet; what is outside it is cut off. */
export type Canvas = {
  rect(x: number, y: number, width: number, height: number, colour: Rgb): void;
  ellipse(x: number, y: number, across: number, down: number, colour: Rgb): void;
  /** The corners one after the other. */
  polygon(corners: readonly (readonly [x: number, y: number])[], colour: Rgb): void;
  /** Everything below a line from the left to the right. */
  below(heightAt: (x: number) => number, colour: Rgb): void;
  /** From the upper colour to the lower, in bands. */
  gradient(x: number, y: number, width: number, height: number, upper: Rgb, lower: Rgb): void;
  toPng(): Uint8Array;
};

export function createCanvas(): Canvas {
  const pixels = new Uint8Array(WIDTH * HEIGHT);
  const palette: Rgb[] = [];
  const indexes = new Map<string, number>();

  function indexOf(colour: Rgb): number {
    const key = colour.join();
    const known = indexes.get(key);
    if (known !== undefined) return known;
    if (palette.length === MAX_COLOURS) throw new Error('A drawing has too many colours');
    indexes.set(key, palette.length);
    return palette.push(colour) - 1;
  }

  function row(y: number, from: number, to: number, index: number): void {
    if (y < 0 || y >= HEIGHT) return;
    const [start, end] = [Math.max(0, Math.round(from)), Math.min(WIDTH, Math.round(to))];
    if (start < end) pixels.fill(index, y * WIDTH + start, y * WIDTH + end);
  }

  function rect(x: number, y: number, width: number, height: number, colour: Rgb): void {
    const index = indexOf(colour);
    for (let at = Math.round(y); at < Math.round(y + height); at++) row(at, x, x + width, index);
  }

  return {
    rect,
    ellipse(x, y, across, down, colour) {
      const index = indexOf(colour);
      for (let at = Math.ceil(y - down); at <= y + down; at++) {
        const half = across * Math.sqrt(Math.max(0, 1 - ((at - y) / down) ** 2));
        row(at, x - half, x + half, index);
      }
    },
    polygon(corners, colour) {
      const index = indexOf(colour);
      const heights = corners.map(([, y]) => y);
      for (let at = Math.floor(Math.min(...heights)); at <= Math.max(...heights); at++) {
        const crossings = crossingsAt(corners, at + 0.5);
        for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
          row(at, crossings[pair] as number, crossings[pair + 1] as number, index);
        }
      }
    },
    below(heightAt, colour) {
      const index = indexOf(colour);
      for (let x = 0; x < WIDTH; x++) {
        for (let y = Math.max(0, Math.round(heightAt(x))); y < HEIGHT; y++) pixels[y * WIDTH + x] = index;
      }
    },
    gradient(x, y, width, height, upper, lower) {
      const bands = Math.min(24, Math.ceil(height / 3));
      for (let band = 0; band < bands; band++) {
        const top = y + (height * band) / bands;
        const colour = mixed(upper, lower, bands === 1 ? 0 : band / (bands - 1));
        rect(x, top, width, y + (height * (band + 1)) / bands - top, colour);
      }
    },
    toPng: () => encodePng({ width: WIDTH, height: HEIGHT, palette, pixels }),
  };
}

/** Of two colours, `share` of the second. */
export const mixed = (a: Rgb, b: Rgb, share: number): Rgb => [
  Math.round(a[0] + (b[0] - a[0]) * share),
  Math.round(a[1] + (b[1] - a[1]) * share),
  Math.round(a[2] + (b[2] - a[2]) * share),
];
export const darker = (colour: Rgb, share: number): Rgb => mixed(colour, [20, 22, 34], share);
export const lighter = (colour: Rgb, share: number): Rgb => mixed(colour, [255, 252, 244], share);

function crossingsAt(corners: readonly (readonly [x: number, y: number])[], y: number): number[] {
  return corners
    .flatMap(([x1, y1], index) => {
      const [x2, y2] = corners[(index + 1) % corners.length] as readonly [number, number];
      return y1 <= y !== y2 <= y ? [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)] : [];
    })
    .sort((a, b) => a - b);
}
