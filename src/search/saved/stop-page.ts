import type { FileAnswer } from '../../platform/endpoint.ts';
import { isOfAccount } from './stop-address.ts';

/** Its form goes where the page came from, so that nothing of a request is in the page. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export function stopPage(subject: string, isStopped: boolean): FileAnswer {
  const about = isOfAccount(subject) ? 'any of your saved searches' : 'this saved search';
  const said = isStopped
    ? `<p>There will be no more mails about ${about}.`
    : `<p>Do you want no more mails about ${about}?<form method="post"><button>Stop them</button></form>`;
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Saved searches</title>${said}\n`,
    headers: { 'content-security-policy': POLICY },
  };
}
