import { toInstant } from '../kernel/clock.ts';
import type { z } from '../kernel/zod.ts';
import type { PublicUser, User } from './schemas.ts';
import type { account } from './tables.ts';

export type Account = typeof account.$inferSelect;

/** For the person alone. */
export const toUser = (row: Account): z.infer<typeof User> => ({
  id: row.id,
  email: row.email ?? '',
  emailVerified: true,
  name: row.name,
  bio: row.bio,
  avatarUrl: row.avatarUrl,
  isHost: row.isHost,
  roles: row.roles,
  mfaEnabled: row.totpConfirmedAt !== null,
  locale: row.locale,
  createdAt: toInstant(row.createdAt),
});

/** For everybody. */
export const toPublicUser = (row: Account): z.infer<typeof PublicUser> => ({
  id: row.id,
  name: row.name,
  bio: row.bio,
  avatarUrl: row.avatarUrl,
  isHost: row.isHost,
  rating: {
    average: row.ratingCount === 0 ? null : Math.round((row.ratingSum / row.ratingCount) * 100) / 100,
    count: row.ratingCount,
  },
  createdAt: toInstant(row.createdAt),
});
