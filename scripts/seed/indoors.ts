import { type Canvas, darker, HEIGHT, lighter, mixed, WIDTH } from './canvas.ts';
import { type Draw, drawWindow } from './outdoors.ts';
import type { Palette } from './palettes.ts';
import type { Random } from './random.ts';

const FLOOR = 150;

export const drawLivingRoom: Draw = (canvas, colours, random) => {
  drawRoom(canvas, colours);
  drawWindow(canvas, colours, random.int(150, 190), 34, 90, 70);
  drawPicture(canvas, colours, random, 66, 44);
  canvas.ellipse(150, 190, 118, 16, mixed(colours.accent, colours.wall, 0.5));
  canvas.ellipse(150, 190, 96, 11, mixed(colours.accent, colours.wall, 0.25));
  const left = random.int(36, 60);
  canvas.rect(left, 112, 150, 40, darker(colours.fabric, 0.12));
  canvas.rect(left + 8, 136, 134, 26, colours.fabric);
  canvas.rect(left + 74, 136, 2, 26, darker(colours.fabric, 0.2));
  for (const x of [left - 8, left + 142]) canvas.rect(x, 124, 16, 42, darker(colours.fabric, 0.25));
  for (const x of [left, left + 144]) canvas.rect(x, 166, 6, 8, darker(colours.wood, 0.4));
  canvas.polygon(
    [
      [left + 16, 140],
      [left + 26, 116],
      [left + 46, 122],
      [left + 40, 142],
    ],
    colours.accent,
  );
  drawLamp(canvas, colours, 268);
  canvas.ellipse(170, 180, 40, 7, colours.wood);
  for (const x of [142, 194]) canvas.rect(x, 182, 4, 16, darker(colours.wood, 0.3));
};

export const drawBedroom: Draw = (canvas, colours, random) => {
  drawRoom(canvas, colours);
  const left = random.int(70, 100);
  drawWindow(canvas, colours, left > 85 ? 14 : 268, 40, 36, 62);
  drawPicture(canvas, colours, random, left + 52, 30);
  canvas.rect(left - 6, 84, 152, 70, colours.wood);
  canvas.rect(left - 2, 88, 144, 60, lighter(colours.wood, 0.18));
  for (const x of [left + 10, left + 78]) {
    canvas.rect(x, 108, 52, 24, lighter(colours.wall, 0.8));
    canvas.rect(x, 128, 52, 4, darker(colours.wall, 0.12));
  }
  canvas.polygon(
    [
      [left, 130],
      [left + 140, 130],
      [left + 156, 190],
      [left - 16, 190],
    ],
    lighter(colours.wall, 0.65),
  );
  canvas.polygon(
    [
      [left - 6, 148],
      [left + 146, 148],
      [left + 156, 190],
      [left - 16, 190],
    ],
    colours.fabric,
  );
  canvas.polygon(
    [
      [left - 9, 160],
      [left + 149, 160],
      [left + 152, 172],
      [left - 12, 172],
    ],
    colours.accent,
  );
  canvas.rect(left - 16, 190, 172, 8, darker(colours.wood, 0.3));
  for (const x of [left - 42, left + 162]) {
    canvas.rect(x, 134, 24, 36, darker(colours.wood, 0.15));
    canvas.rect(x + 10, 118, 3, 16, darker(colours.wood, 0.4));
    canvas.polygon(
      [
        [x + 2, 120],
        [x + 7, 104],
        [x + 17, 104],
        [x + 22, 120],
      ],
      lighter(colours.accent, 0.35),
    );
  }
};

export const drawKitchen: Draw = (canvas, colours, random) => {
  drawRoom(canvas, colours);
  const cupboard = mixed(colours.fabric, colours.wall, random.between(0.1, 0.5));
  canvas.rect(10, 78, 300, 38, lighter(colours.wall, 0.4));
  for (let x = 10; x < 310; x += 15) canvas.rect(x, 78, 1, 38, darker(colours.wall, 0.1));
  canvas.rect(10, 97, 300, 1, darker(colours.wall, 0.1));
  drawWindow(canvas, colours, 128, 26, 64, 44);
  for (const x of [10, 58, 210, 258]) drawCupboard(canvas, x, 22, 48, 50, cupboard);
  canvas.rect(6, 116, 308, 8, lighter(colours.wood, 0.2));
  for (let x = 10; x < 300; x += 60) drawCupboard(canvas, x, 124, 60, 56, cupboard);
  const stove = random.pick([70, 190]);
  canvas.rect(stove, 124, 60, 56, [62, 64, 70]);
  canvas.rect(stove + 8, 138, 44, 32, [34, 36, 42]);
  canvas.rect(stove + 8, 130, 44, 3, [180, 182, 186]);
  canvas.rect(stove + 12, 102, 26, 14, colours.accent);
  canvas.rect(stove + 8, 101, 34, 3, darker(colours.accent, 0.3));
  canvas.rect(156, 98, 3, 18, [168, 172, 176]);
  canvas.rect(156, 98, 14, 3, [168, 172, 176]);
  for (const [dx, colour] of [
    [0, colours.accent],
    [9, colours.land],
    [18, colours.roof],
  ] as const)
    canvas.ellipse(270 + dx, 111, 6, 5, colour);
  canvas.rect(262, 114, 34, 3, colours.wood);
};

export const drawBathroom: Draw = (canvas, colours, random) => {
  const tile = mixed(colours.wall, colours.sky, random.between(0.2, 0.45));
  canvas.rect(0, 0, WIDTH, HEIGHT, tile);
  for (let x = 0; x < WIDTH; x += 20) canvas.rect(x, 0, 1, FLOOR, lighter(tile, 0.4));
  for (let y = 10; y < FLOOR; y += 20) canvas.rect(0, y, WIDTH, 1, lighter(tile, 0.4));
  canvas.gradient(0, FLOOR, WIDTH, HEIGHT - FLOOR, darker(tile, 0.35), darker(tile, 0.5));
  drawWindow(canvas, colours, 230, 30, 50, 50);
  const white = lighter(colours.wall, 0.85);
  canvas.ellipse(80, 66, 34, 40, darker(colours.wood, 0.1));
  canvas.ellipse(80, 66, 29, 35, mixed(colours.sky, white, 0.6));
  canvas.rect(40, 124, 80, 48, colours.wood);
  canvas.rect(79, 124, 2, 48, darker(colours.wood, 0.3));
  canvas.rect(34, 116, 92, 9, white);
  canvas.rect(78, 104, 4, 12, [168, 172, 176]);
  canvas.rect(160, 128, 136, 34, white);
  canvas.ellipse(172, 162, 12, 16, white);
  canvas.ellipse(284, 162, 12, 16, white);
  canvas.rect(170, 160, 116, 18, white);
  canvas.rect(154, 124, 148, 7, darker(white, 0.08));
  canvas.rect(206, 124, 34, 30, colours.fabric);
  canvas.rect(206, 148, 34, 3, colours.accent);
};

function drawRoom(canvas: Canvas, colours: Palette): void {
  canvas.gradient(0, 0, WIDTH, FLOOR, lighter(colours.wall, 0.25), darker(colours.wall, 0.06));
  canvas.gradient(0, FLOOR, WIDTH, HEIGHT - FLOOR, darker(colours.wood, 0.1), lighter(colours.wood, 0.2));
  canvas.rect(0, FLOOR - 5, WIDTH, 5, lighter(colours.wall, 0.7));
}

function drawPicture(canvas: Canvas, colours: Palette, random: Random, x: number, y: number): void {
  canvas.rect(x - 3, y - 3, 46, 36, darker(colours.wood, 0.35));
  canvas.rect(x, y, 40, 30, colours.horizon);
  canvas.polygon(
    [
      [x, y + 30],
      [x + random.int(8, 18), y + 10],
      [x + 28, y + 30],
    ],
    colours.land,
  );
  canvas.polygon(
    [
      [x + 14, y + 30],
      [x + 30, y + random.int(12, 18)],
      [x + 40, y + 30],
    ],
    colours.fabric,
  );
}

function drawLamp(canvas: Canvas, colours: Palette, x: number): void {
  canvas.rect(x, 84, 3, 94, darker(colours.wood, 0.45));
  canvas.rect(x - 10, 176, 23, 4, darker(colours.wood, 0.45));
  canvas.polygon(
    [
      [x - 16, 86],
      [x - 8, 60],
      [x + 11, 60],
      [x + 19, 86],
    ],
    lighter(colours.accent, 0.35),
  );
}

function drawCupboard(
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: Palette['wall'],
): void {
  canvas.rect(x, y, width, height, darker(colour, 0.25));
  canvas.rect(x + 1, y + 1, width - 2, height - 2, colour);
  canvas.rect(x + width - 8, y + height / 2 - 5, 2, 10, darker(colour, 0.5));
}
