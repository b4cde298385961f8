import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Booking } from '../book/index.ts';

/**
 * What D1 knows of bookings, for lists: written by the book's outbox alone, late by moments and never ahead. A
 * row is replaced only by a later (epoch, version).
 */
export const booking = sqliteTable(
  'booking',
  {
    id: text('id').primaryKey(),
    propertyId: text('property_id').notNull(),
    hostId: text('host_id').notNull(),
    guestId: text('guest_id').notNull(),
    status: text('status').$type<Booking['status']>().notNull(),
    checkIn: text('check_in').notNull(),
    checkOut: text('check_out').notNull(),
    epoch: integer('epoch').notNull(),
    version: integer('version').notNull(),
    value: text('value', { mode: 'json' }).$type<Booking>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('booking_by_guest').on(table.guestId, table.createdAt, table.id),
    index('booking_by_host').on(table.hostId, table.createdAt, table.id),
    index('booking_by_host_status').on(table.hostId, table.status, table.createdAt, table.id),
    index('booking_by_property').on(table.propertyId, table.createdAt, table.id),
  ],
);
