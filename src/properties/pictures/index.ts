/**
 * Pictures: what a file must be to become one, and what is taken out of it first.
 * Always true here: a type is believed only from the file's own bytes; the size in pixels is checked before
 * anything else is read; nothing is decoded or encoded, so the coded pixels come out as they went in; what is
 * written is what this room knows to be needed for showing the picture, so that what it has never heard of
 * is left behind; the same bytes always give the same result, and the result gives itself.
 * Not seen here: what the coder of the pixels carries within its own stream.
 */
export { acceptPicture } from './accept-picture.ts';
export { inspectPicture } from './inspect-picture.ts';
export { MAX_PIXELS, PICTURE_TYPES } from './rules.ts';
export { stripMetadata } from './strip-metadata.ts';
