import { defineRefusal } from '../kernel/errors.ts';

export const PropertyNotFound = defineRefusal(
  'properties.not_found',
  'not_found',
  'There is no such property',
);
export const PropertyForbidden = defineRefusal(
  'properties.forbidden',
  'forbidden',
  'Your access to this property does not reach this far',
);
export const PropertyIncomplete = defineRefusal(
  'properties.incomplete',
  'conflict',
  'Something is missing before this property can be published',
);
export const PropertyArchived = defineRefusal(
  'properties.archived',
  'conflict',
  'This property is archived and stays as it is',
);
export const PropertySuspended = defineRefusal(
  'properties.suspended',
  'conflict',
  'This property is suspended; our staff can tell you why',
);
export const NeverPublished = defineRefusal(
  'properties.never_published',
  'conflict',
  'A draft is not published yet',
);
export const StaysAhead = defineRefusal(
  'properties.stays_ahead',
  'conflict',
  'Guests are still to stay here; a property is archived after its last stay',
);
export const CoHostIsHost = defineRefusal('properties.host_already', 'conflict', 'This is the host already');
export const TooManyCoHosts = defineRefusal(
  'properties.too_many_co_hosts',
  'conflict',
  'A property has at most 20 co-hosts',
);
export const CalendarBeyond = defineRefusal(
  'calendar.beyond',
  'unprocessable',
  'A calendar reaches from one year back to three years ahead',
);
export const TooManyWatchers = defineRefusal(
  'properties.too_many_watchers',
  'rate_limited',
  'As many as may watch this property do already',
);
export const DatesPriced = defineRefusal(
  'rates.dates_priced',
  'conflict',
  'Dates ahead have prices of their own in the other currency; clear those first',
);
export const CalendarTokenInvalid = defineRefusal(
  'calendar.token_invalid',
  'not_found',
  'There is no calendar at this address',
);
export const Unavailable = defineRefusal(
  'bookings.unavailable',
  'conflict',
  'This stay cannot be booked; the causes say why',
);
export const NoRates = defineRefusal(
  'quotes.no_rates',
  'conflict',
  'The host has not said yet what a night costs here',
);
export const ImageNotFound = defineRefusal('images.not_found', 'not_found', 'There is no such picture');
export const TooManyImages = defineRefusal(
  'images.too_many',
  'conflict',
  'A property has at most 100 pictures',
);
export const FeedNotFound = defineRefusal('feeds.not_found', 'not_found', 'There is no such feed');
export const TooManyFeeds = defineRefusal('feeds.too_many', 'conflict', 'A property has at most 20 feeds');
export const FeedKnown = defineRefusal(
  'feeds.known_already',
  'conflict',
  'This property has a feed of this address already',
);
export const TooManyFavourites = defineRefusal(
  'favourites.too_many',
  'conflict',
  'Remove a favourite first; there can be 1,000',
);
