import { BOOKING_MODES, CO_HOST_ACCESS, POLICIES, STATUSES } from '../book/index.ts';
import { idPattern } from '../kernel/ids.ts';
import { Money } from '../kernel/money.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { instant, line, text, z } from '../kernel/zod.ts';
import { timeZone } from '../kernel/zone.ts';
import { AMENITY_GROUPS, AMENITY_KEYS } from './amenities.ts';

export const PROPERTY_TYPES = [
  'apartment',
  'house',
  'room',
  'villa',
  'cabin',
  'hotel_room',
  'other',
] as const;
export type PropertyType = (typeof PROPERTY_TYPES)[number];

// OpenAPI can't make a schema with a name null, so what may be null is built on the one without.
const address = z.strictObject({
  line1: line(1, 200),
  line2: line(1, 200).optional(),
  city: line(1, 100),
  region: line(1, 100).optional(),
  postalCode: line(1, 20).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .openapi({ description: 'ISO 3166-1, two letters', example: 'KE' }),
});
export const Address = address.openapi('Address');
export type Address = z.infer<typeof Address>;

const location = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });
const Location = location.openapi('Location', { description: 'Degrees, WGS 84' });

const title = line(1, 100);
const description = {
  description: text(0, 10_000).optional(),
  timeZone: timeZone.optional().openapi({ description: 'Found from the location when left out' }),
  guests: z.int().min(1).max(50).optional(),
  bedrooms: z.int().min(0).max(50).optional(),
  beds: z.int().min(0).max(100).optional(),
  bathrooms: z
    .number()
    .min(0)
    .max(50)
    .refine((count) => Number.isInteger(count * 2), {
      message: 'must be a whole number or a half',
      params: { code: 'not_half' },
    })
    .optional()
    .openapi({ description: 'Halves count', multipleOf: 0.5 }),
  amenities: z
    .array(z.enum(AMENITY_KEYS))
    .max(AMENITY_KEYS.length)
    .refine((keys) => new Set(keys).size === keys.length, {
      message: 'names an amenity twice',
      params: { code: 'duplicate_amenity' },
    })
    .optional()
    .openapi({ uniqueItems: true, description: 'Keys of the catalogue at GET /v1/amenities' }),
  houseRules: text(0, 5_000).optional(),
  accessInstructions: text(0, 5_000)
    .optional()
    .openapi({ description: 'For the host’s side, and for guests once they are confirmed' }),
};
const type = z.enum(PROPERTY_TYPES);
const registrationNumber = line(1, 60);

export const CreatePropertyBody = z.strictObject({
  title,
  ...description,
  type: type.optional(),
  address: Address.optional(),
  location: Location.optional(),
  registrationNumber: registrationNumber.optional(),
});
export const UpdatePropertyBody = z
  .strictObject({
    title: title.optional(),
    ...description,
    type: type.nullable().optional(),
    address: address.nullable().optional(),
    location: location.nullable().optional(),
    registrationNumber: registrationNumber.nullable().optional(),
  })
  .openapi({ description: 'What is left out stays as it is; null takes a value away' });
export const EmptyBody = z.strictObject({});
export const CoHostBody = z.strictObject({ access: z.enum(CO_HOST_ACCESS) });

export const PropertyParams = z.object({ propertyId: z.string().regex(idPattern('prp')) });
export const CoHostParams = PropertyParams.extend({ userId: z.string().regex(idPattern('usr')) });
export const PageQuery = z.strictObject(pageQuery);
export const MyPropertiesQuery = z.strictObject({ ...pageQuery, status: z.enum(STATUSES).optional() });

export const Image = z
  .object({
    id: z.string(),
    url: z.string(),
    width: z.int(),
    height: z.int(),
    caption: z.string(),
    alt: z.string(),
  })
  .openapi('PropertyImage');

export const CoHost = z.object({ userId: z.string(), access: z.enum(CO_HOST_ACCESS) }).openapi('CoHost');

export const Property = z
  .object({
    id: z.string(),
    hostId: z.string(),
    status: z.enum(STATUSES),
    title: z.string(),
    description: z.string(),
    type: z.enum(PROPERTY_TYPES).nullable(),
    address: z
      .object({
        line1: z.string().optional(),
        line2: z.string().optional(),
        city: z.string(),
        region: z.string().optional(),
        postalCode: z.string().optional(),
        country: z.string(),
      })
      .nullable()
      .openapi({ description: 'The public sees the city, the region and the country' }),
    location: z.object({ lat: z.number(), lng: z.number() }).nullable(),
    approximate: z.boolean().openapi({ description: 'The location is 300 to 500 metres off' }),
    timeZone: z.string(),
    guests: z.int(),
    bedrooms: z.int(),
    beds: z.int(),
    bathrooms: z.number(),
    amenities: z.array(z.string()),
    houseRules: z.string(),
    images: z.array(Image),
    nightly: z
      .union([Money, z.null()])
      .openapi({ description: 'Of the plainest night; null before there are rates' }),
    bookingMode: z.enum(BOOKING_MODES),
    cancellationPolicy: z.enum(POLICIES),
    rating: z.object({
      average: z.number().nullable(),
      count: z.int(),
      categories: z.record(z.string(), z.number()),
    }),
    registrationNumber: z.string().nullable(),
    accessInstructions: z.string().optional().openapi({ description: 'For the host’s side alone' }),
    coHosts: z
      .array(CoHost)
      .optional()
      .openapi({ description: 'For the host and co-hosts with `full` access' }),
    calendarUrl: z
      .string()
      .optional()
      .openapi({
        description:
          'The secret address of the calendar file; for the host and co-hosts who keep the calendar. Another one from ' +
          'the moment in which one of these no longer does',
      }),
    createdAt: instant,
    updatedAt: instant,
  })
  .openapi('Property');
export const PropertyPage = pageOf(Property);
/** All that the public may ever be shown of one. */
export const PublicProperty = Property.omit({
  accessInstructions: true,
  coHosts: true,
  calendarUrl: true,
}).extend({
  status: z.literal('published'),
  address: z.object({ city: z.string(), region: z.string().optional(), country: z.string() }).nullable(),
  approximate: z.literal(true),
});
export const PublicPropertyPage = pageOf(PublicProperty);

export const Amenities = z.object({
  data: z.array(
    z
      .object({ key: z.enum(AMENITY_KEYS), label: z.string(), group: z.enum(AMENITY_GROUPS) })
      .openapi('Amenity'),
  ),
});
