import { defineRefusal } from '../kernel/errors.ts';

export const DeadLetterNotFound = defineRefusal(
  'moderation.dead_letter_not_found',
  'not_found',
  'There is no such message, or not any more',
);
