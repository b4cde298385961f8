/**
 * Moderation: what staff look after.
 * Always true here: staff come through a second factor, say why, and leave a row in the trail in the same commit.
 */
export { moderationRoutes } from './routes.ts';
