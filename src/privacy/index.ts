/**
 * Privacy: what a person may take away and may have forgotten.
 * Always true here: each room says itself what it knows about a person and how it forgets; erasing is
 * refused while something is open, and says what; records that others rely on stay, without the person.
 */
export { privacyJobs } from './do-job.ts';
export { forgetExpired } from './forget-expired.ts';
export { privacyRoutes } from './routes.ts';
