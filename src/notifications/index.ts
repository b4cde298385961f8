/** Notifications: how what happened reaches people. Nothing is sent that a commit did not ask for. */
export { sendMail } from './send-mail.ts';
