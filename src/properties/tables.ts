import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { BOOKING_MODES, CO_HOST_ACCESS, POLICIES, STATUSES } from '../book/index.ts';
import type { Address, PropertyType } from './schemas.ts';

/** How a property is described. What can be sold of it, and when, is in its book. */
export const property = sqliteTable(
  'property',
  {
    id: text('id').primaryKey(),
    hostId: text('host_id').notNull(),
    title: text('title').notNull(),
    description: text('description').notNull(),
    type: text('type').$type<PropertyType>(),
    address: text('address', { mode: 'json' }).$type<Address>(),
    lat: real('lat'),
    lng: real('lng'),
    timeZone: text('time_zone').notNull(),
    guests: integer('guests').notNull(),
    bedrooms: integer('bedrooms').notNull(),
    beds: integer('beds').notNull(),
    /** Halves count. */
    bathrooms: real('bathrooms').notNull(),
    amenities: text('amenities', { mode: 'json' }).$type<string[]>().notNull().default([]),
    houseRules: text('house_rules').notNull(),
    /** For the host side, and for guests from confirmation on. */
    accessInstructions: text('access_instructions').notNull(),
    registrationNumber: text('registration_number'),
    /** Kept by the reviews. */
    ratingSum: integer('rating_sum').notNull().default(0),
    ratingCount: integer('rating_count').notNull().default(0),
    ratingCategories: text('rating_categories', { mode: 'json' })
      .$type<Record<string, number>>()
      .notNull()
      .default({}),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [index('property_by_host').on(table.hostId, table.id)],
);

/**
 * What D1 knows of a book: written by the book's outbox alone, late by moments and never ahead. A row is
 * replaced only by a later (epoch, version).
 */
export const listing = sqliteTable('listing', {
  propertyId: text('property_id').primaryKey(),
  epoch: integer('epoch').notNull(),
  version: integer('version').notNull(),
  status: text('status', { enum: STATUSES }).notNull(),
  currency: text('currency'),
  /** Of the plainest night; a season or a date may ask for another. */
  nightly: integer('nightly'),
  bookingMode: text('booking_mode', { enum: BOOKING_MODES }).notNull(),
  cancellationPolicy: text('cancellation_policy', { enum: POLICIES }).notNull(),
  /** Of the description that the book has been told. */
  contentVersion: integer('content_version').notNull(),
  /** Of the address under which other platforms read the calendar. */
  calendarKey: integer('calendar_key').notNull().default(0),
});

/** Who helps the host; written, as `listing` is, by the book's outbox alone. */
export const coHost = sqliteTable(
  'co_host',
  {
    propertyId: text('property_id').notNull(),
    accountId: text('account_id').notNull(),
    access: text('access', { enum: CO_HOST_ACCESS }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.propertyId, table.accountId] }),
    index('co_host_by_account').on(table.accountId, table.propertyId),
  ],
);

export const propertyImage = sqliteTable(
  'property_image',
  {
    id: text('id').primaryKey(),
    propertyId: text('property_id').notNull(),
    /** Of the stored bytes, and their name in R2. */
    hash: text('hash').notNull(),
    contentType: text('content_type').notNull(),
    width: integer('width').notNull(),
    height: integer('height').notNull(),
    caption: text('caption').notNull().default(''),
    alt: text('alt').notNull().default(''),
    position: integer('position').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('property_image_in_order').on(table.propertyId, table.position),
    index('property_image_by_hash').on(table.hash),
  ],
);

export const favourite = sqliteTable(
  'favourite',
  {
    accountId: text('account_id').notNull(),
    propertyId: text('property_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.propertyId] }),
    index('favourite_in_order').on(table.accountId, table.createdAt, table.propertyId),
  ],
);

/** Another platform's calendar of the same place, whose nights are taken here too. */
export const feed = sqliteTable(
  'feed',
  {
    id: text('id').primaryKey(),
    propertyId: text('property_id').notNull(),
    name: text('name').notNull(),
    /** Sealed: such an address is its own password. */
    url: text('url').notNull(),
    /** Keyed: tells two addresses apart without keeping either. */
    urlDigest: text('url_digest').notNull(),
    /** For a conditional request, and only of a file that was imported whole. */
    etag: text('etag'),
    /** Why the last visit failed, as a code. */
    problem: text('problem'),
    failures: integer('failures').notNull().default(0),
    blockCount: integer('block_count').notNull().default(0),
    /** Nights that both calendars sold, as [from, to) pairs. */
    conflicts: text('conflicts', { mode: 'json' })
      .$type<{ from: string; to: string }[]>()
      .notNull()
      .default([]),
    /** When a visit was last asked for, by whomever. */
    askedAt: integer('asked_at').notNull(),
    syncedAt: integer('synced_at'),
    nextSyncAt: integer('next_sync_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('feed_by_property').on(table.propertyId, table.id),
    uniqueIndex('feed_by_url').on(table.propertyId, table.urlDigest),
    index('feed_due').on(table.nextSyncAt),
  ],
);

/** How far a sweep has come. */
export const sweep = sqliteTable('sweep', {
  name: text('name').primaryKey(),
  cursor: text('cursor').notNull(),
});
