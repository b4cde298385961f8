import { fromBase64Url, type Keyring } from '../kernel/crypto.ts';
import { isTimeZone } from '../kernel/zone.ts';
import type { Files } from '../platform/files.ts';
import { findTimeZone, openTimeZones } from './time-zones.ts';

/** A point on the earth, in degrees. */
export type Point = { readonly lat: number; readonly lng: number };

const EARTH_RADIUS_METRES = 6_371_008.8;
// A metre inside what is promised on either side, which is more than rounding to six decimals moves a point.
const NEAREST_METRES = 301;
const FARTHEST_METRES = 499;
const DEGREES_PER_HOUR = 15;
const LEAST_SLANT = 15;
const MAX_WORD = 2 ** 32;

export async function zoneAt(files: Files, { lat, lng }: Point): Promise<string> {
  const found = findTimeZone(await openTimeZones(files), lat, lng);
  return isTimeZone(found) ? found : nauticalZone(lng);
}

/** What the runtime has not heard of yet is somewhere on land; its hour is near that of the sea there. */
function nauticalZone(lng: number): string {
  const hours = Math.round(lng / DEGREES_PER_HOUR);
  // The names of these zones have the opposite sign.
  return hours === 0 ? 'Etc/GMT' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
}

/**
 * The point that the public is shown: 300 to 500 metres off and never straight along a coordinate, always the same for one property at one place,
 * so that asking often tells no more, and unknowable without the key.
 */
export function approximatePoint(keyring: Keyring, propertyId: string, point: Point): Point {
  const bytes = fromBase64Url(keyring.mac('approximate', propertyId, point.lat, point.lng));
  const share = (at: number) => (bytes?.readUInt32BE(at) ?? 0) / MAX_WORD;
  const bearing = toRadians(slanting(share(0)));
  const metres = NEAREST_METRES + share(4) * (FARTHEST_METRES - NEAREST_METRES);
  return movePoint(point, bearing, metres / EARTH_RADIUS_METRES);
}

/** Never along a meridian or a parallel: the latitude or the longitude would be the true one. */
function slanting(share: number): number {
  const quarter = Math.floor(share * 4);
  return quarter * 90 + LEAST_SLANT + (share * 4 - quarter) * (90 - 2 * LEAST_SLANT);
}

/** Along a great circle, by an angle in radians. */
function movePoint({ lat, lng }: Point, bearing: number, angle: number): Point {
  const from = toRadians(lat);
  const sine = Math.sin(from) * Math.cos(angle) + Math.cos(from) * Math.sin(angle) * Math.cos(bearing);
  const turn = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(from),
    Math.cos(angle) - Math.sin(from) * sine,
  );
  return {
    lat: round(toDegrees(Math.asin(Math.max(-1, Math.min(1, sine))))),
    lng: wrap(round(lng + toDegrees(turn))),
  };
}

const toRadians = (degrees: number) => (degrees * Math.PI) / 180;
const toDegrees = (radians: number) => (radians * 180) / Math.PI;
const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6;
const wrap = (lng: number) => (lng > 180 ? round(lng - 360) : lng < -180 ? round(lng + 360) : lng);
