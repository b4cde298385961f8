/** The name of a property's public page in the cache. */
export const publicPageKey = (propertyId: string): string => `property/${propertyId}`;
