import { defineRefusal } from '../../kernel/errors.ts';

export const SavedSearchNotFound = defineRefusal(
  'saved_searches.not_found',
  'not_found',
  'There is no such saved search',
);
export const TooManySavedSearches = defineRefusal(
  'saved_searches.too_many',
  'conflict',
  'Delete a saved search first; there can be 20',
);
export const StopTokenInvalid = defineRefusal(
  'saved_searches.token_invalid',
  'not_found',
  'This address was never in a mail',
);
