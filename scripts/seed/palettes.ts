import type { Rgb } from './png.ts';

export type Palette = {
  sky: Rgb;
  horizon: Rgb;
  sun: Rgb;
  land: Rgb;
  wall: Rgb;
  roof: Rgb;
  wood: Rgb;
  fabric: Rgb;
  accent: Rgb;
};

// biome-ignore format: a table is read by rows
export const PALETTES: readonly Palette[] = [
  { sky: [88, 164, 222], horizon: [232, 240, 236], sun: [255, 240, 190], land: [104, 150, 92], wall: [240, 228, 206], roof: [176, 88, 62], wood: [164, 116, 76], fabric: [72, 112, 140], accent: [226, 156, 66] },
  { sky: [62, 74, 128], horizon: [248, 170, 122], sun: [255, 214, 140], land: [70, 84, 86], wall: [222, 196, 176], roof: [108, 62, 66], wood: [128, 84, 62], fabric: [168, 82, 74], accent: [244, 192, 96] },
  { sky: [134, 196, 214], horizon: [252, 236, 206], sun: [255, 250, 220], land: [150, 168, 96], wall: [250, 244, 230], roof: [222, 142, 84], wood: [188, 146, 98], fabric: [88, 142, 120], accent: [214, 92, 74] },
  { sky: [118, 140, 170], horizon: [222, 222, 220], sun: [246, 240, 226], land: [96, 118, 104], wall: [200, 202, 198], roof: [74, 82, 96], wood: [142, 112, 88], fabric: [96, 100, 128], accent: [206, 172, 84] },
  { sky: [28, 38, 82], horizon: [104, 92, 150], sun: [244, 240, 220], land: [40, 52, 72], wall: [176, 164, 178], roof: [62, 54, 84], wood: [110, 82, 80], fabric: [126, 88, 138], accent: [252, 206, 112] },
  { sky: [46, 150, 178], horizon: [214, 240, 226], sun: [255, 244, 200], land: [66, 142, 110], wall: [252, 250, 242], roof: [60, 110, 150], wood: [176, 130, 84], fabric: [50, 128, 148], accent: [240, 124, 92] },
  { sky: [222, 160, 140], horizon: [252, 226, 190], sun: [255, 246, 220], land: [176, 128, 88], wall: [226, 170, 132], roof: [156, 84, 58], wood: [140, 92, 60], fabric: [186, 100, 70], accent: [62, 122, 124] },
  { sky: [170, 206, 232], horizon: [250, 232, 238], sun: [255, 250, 240], land: [132, 162, 124], wall: [236, 232, 226], roof: [120, 108, 112], wood: [196, 162, 120], fabric: [210, 136, 152], accent: [92, 128, 112] },
];
