import { type Canvas, darker, HEIGHT, lighter, mixed, WIDTH } from './canvas.ts';
import type { Palette } from './palettes.ts';
import type { Random } from './random.ts';

/** Every drawing gets an empty sheet, its colours, and chance for what may differ. */
export type Draw = (canvas: Canvas, colours: Palette, random: Random) => void;

export const drawFacade: Draw = (canvas, colours, random) => {
  drawSky(canvas, colours, random);
  drawHills(canvas, colours, random, 130);
  canvas.rect(0, 172, WIDTH, HEIGHT - 172, colours.land);
  const [left, width] = [random.int(60, 90), random.int(140, 170)];
  const right = left + width;
  const top = random.int(88, 100);
  canvas.rect(left, top, width, 182 - top, colours.wall);
  canvas.rect(right - 14, top, 14, 182 - top, darker(colours.wall, 0.12));
  const overhang = random.int(10, 18);
  const ridge = top - random.int(30, 46);
  const roof: [number, number][] = random.chance(0.5)
    ? [
        [left - overhang, top],
        [left + width / 2, ridge],
        [right + overhang, top],
      ]
    : [
        [left - overhang, top],
        [left + 24, ridge],
        [right - 24, ridge],
        [right + overhang, top],
      ];
  canvas.polygon(roof, colours.roof);
  canvas.rect(left - overhang, top, width + 2 * overhang, 4, darker(colours.roof, 0.25));

  const door = left + width / 2 - 11;
  canvas.rect(door - 3, 134, 28, 48, lighter(colours.wall, 0.6));
  canvas.rect(door, 137, 22, 45, colours.wood);
  canvas.ellipse(door + 18, 160, 2, 2, colours.accent);
  for (const x of [left + 18, right - 50]) drawWindow(canvas, colours, x, 126, 32, 30);
  if (random.chance(0.6)) drawWindow(canvas, colours, left + width / 2 - 9, top + 10, 18, 16);
  canvas.polygon(
    [
      [door, 182],
      [door + 22, 182],
      [door + 44, HEIGHT],
      [door - 22, HEIGHT],
    ],
    lighter(colours.land, 0.55),
  );
  drawTree(canvas, colours, left - random.int(30, 40), 182, random.int(22, 30));
  drawTree(canvas, colours, right + random.int(28, 40), 188, random.int(18, 26));
};

export const drawSkyline: Draw = (canvas, colours, random) => {
  drawSky(canvas, colours, random);
  for (const [depth, base] of [
    [0.25, 96],
    [0.5, 74],
    [0.78, 52],
  ] as const) {
    const colour = mixed(colours.horizon, darker(colours.roof, 0.45), depth);
    const lit = mixed(colour, colours.accent, depth);
    for (let x = -random.int(0, 10); x < WIDTH; ) {
      const width = random.int(20, 42);
      const height = base + random.int(-22, 46) * (1.3 - depth);
      canvas.rect(x, HEIGHT - height, width, height, colour);
      if (random.chance(0.25)) canvas.rect(x + width / 2 - 1, HEIGHT - height - 12, 2, 12, colour);
      if (depth > 0.4) {
        for (let wx = x + 4; wx < x + width - 6; wx += 8) {
          for (let wy = HEIGHT - height + 6; wy < HEIGHT - 6; wy += 11) {
            if (random.chance(0.4)) canvas.rect(wx, wy, 4, 5, lit);
          }
        }
      }
      x += width + random.int(0, 6);
    }
  }
};

export const drawLandscape: Draw = (canvas, colours, random) => {
  drawSky(canvas, colours, random);
  drawHills(canvas, colours, random, 96);
  drawHills(canvas, { ...colours, land: darker(colours.land, 0.12) }, random, 124);
  if (random.chance(0.5)) {
    canvas.gradient(
      0,
      150,
      WIDTH,
      HEIGHT - 150,
      mixed(colours.sky, colours.horizon, 0.4),
      darker(colours.sky, 0.25),
    );
    for (let wave = 0; wave < 9; wave++)
      canvas.rect(
        random.int(0, WIDTH - 40),
        random.int(156, 204),
        random.int(16, 50),
        1,
        lighter(colours.sky, 0.55),
      );
  } else {
    canvas.below((x) => 160 + 8 * Math.sin(x / 60), darker(colours.land, 0.3));
    for (let tree = 0; tree < 7; tree++)
      drawTree(canvas, colours, random.int(10, WIDTH - 10), random.int(176, 204), random.int(10, 20));
  }
};

export const drawTerrace: Draw = (canvas, colours, random) => {
  drawSky(canvas, colours, random);
  drawHills(canvas, colours, random, 100);
  canvas.rect(0, 136, WIDTH, HEIGHT - 136, lighter(colours.wood, 0.35));
  for (let y = 140; y < HEIGHT; y += 9) canvas.rect(0, y, WIDTH, 1, colours.wood);
  const water = mixed(colours.sky, [60, 190, 200], 0.6);
  const left = random.int(20, 60);
  canvas.polygon(
    [
      [left + 30, 150],
      [left + 190, 150],
      [left + 220, 200],
      [left, 200],
    ],
    lighter(colours.wall, 0.5),
  );
  canvas.polygon(
    [
      [left + 35, 154],
      [left + 185, 154],
      [left + 211, 196],
      [left + 9, 196],
    ],
    water,
  );
  for (let wave = 0; wave < 7; wave++)
    canvas.rect(
      random.int(left + 40, left + 150),
      random.int(160, 192),
      random.int(8, 26),
      1,
      lighter(water, 0.6),
    );
  const pole = 268;
  canvas.rect(pole, 92, 3, 88, darker(colours.wood, 0.3));
  canvas.polygon(
    [
      [pole - 42, 104],
      [pole + 1, 78],
      [pole + 45, 104],
    ],
    colours.accent,
  );
  canvas.polygon(
    [
      [pole - 14, 104],
      [pole + 1, 78],
      [pole + 16, 104],
    ],
    lighter(colours.accent, 0.4),
  );
  canvas.rect(pole - 34, 172, 60, 5, colours.fabric);
  canvas.polygon(
    [
      [pole + 20, 172],
      [pole + 40, 152],
      [pole + 44, 154],
      [pole + 28, 177],
    ],
    colours.fabric,
  );
  for (const x of [pole - 30, pole + 18]) canvas.rect(x, 177, 3, 9, darker(colours.wood, 0.3));
};

function drawSky(canvas: Canvas, { sky, horizon, sun }: Palette, random: Random): void {
  canvas.gradient(0, 0, WIDTH, HEIGHT, sky, horizon);
  canvas.ellipse(random.int(30, 290), random.int(24, 60), 16, 16, sun);
  for (let cloud = random.int(0, 3); cloud > 0; cloud--) {
    const [x, y] = [random.int(20, 300), random.int(20, 70)];
    for (const [dx, size] of [
      [-14, 8],
      [0, 12],
      [15, 9],
    ] as const)
      canvas.ellipse(x + dx, y, size * 1.5, size * 0.6, mixed(horizon, [255, 255, 255], 0.4));
  }
}

function drawHills(canvas: Canvas, { land, horizon }: Palette, random: Random, height: number): void {
  for (const depth of [0.35, 0.65]) {
    const [phase, wide] = [random.between(0, 6), random.between(38, 70)];
    const top = height + depth * 30;
    canvas.below(
      (x) => top + 11 * Math.sin(x / wide + phase) + 5 * Math.sin(x / 17 + phase * 2),
      mixed(horizon, land, depth),
    );
  }
}

function drawTree(canvas: Canvas, { land, wood }: Palette, x: number, foot: number, size: number): void {
  canvas.rect(x - 2, foot - size, 4, size, darker(wood, 0.25));
  canvas.ellipse(x, foot - size * 1.3, size * 0.62, size * 0.8, darker(land, 0.32));
  canvas.ellipse(x - size * 0.15, foot - size * 1.45, size * 0.42, size * 0.52, darker(land, 0.15));
}

export function drawWindow(
  canvas: Canvas,
  colours: Palette,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  canvas.rect(x - 3, y - 3, width + 6, height + 6, lighter(colours.wall, 0.7));
  canvas.gradient(x, y, width, height, colours.sky, colours.horizon);
  canvas.rect(x + width / 2 - 1, y, 2, height, lighter(colours.wall, 0.7));
  canvas.rect(x, y + height / 2 - 1, width, 2, lighter(colours.wall, 0.7));
  canvas.rect(x - 5, y + height + 3, width + 10, 3, darker(colours.wall, 0.2));
}
