/**
 * Accounts: who people are and how they prove it.
 * Always true here: an account's address was proven before the account existed; a secret that was handed
 * out is kept only as a hash, a keyed hash or sealed; a session that ended can write nothing, even while its
 * access token is still believed; what is answered to a stranger does not depend on who has an account.
 */
export {
  allowAnyone,
  requireHost,
  requireRecentLogin,
  requireSession,
  requireStaff,
  requireUser,
} from './allow.ts';
export {
  AccountNotFound,
  AccountSuspended,
  Forbidden,
  HostRequired,
  RecentLoginRequired,
  ScopeMissing,
  SecondFactorRequired,
} from './errors.ts';
export { findApiKey, forgetApiKey } from './find-api-key.ts';
export { AccountMail, composeAccountMail, notice } from './mails.ts';
export {
  describeAccount,
  eraseAccount,
  forgetExpiredAccountData,
  openAccountBusiness,
} from './personal-data.ts';
export { activeAccount, findAccount, standingOf } from './queries.ts';
export { askStanding, heedStanding, requireStanding } from './require-standing.ts';
export { accountRoutes } from './routes/index.ts';
