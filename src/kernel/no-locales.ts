/** Stands in for `z.locales` in the Worker. English, in which every message is, is not taken from there. */
export {};
