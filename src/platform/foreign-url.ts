import { defineRefusal } from '../kernel/errors.ts';

/** Why an address that a user gave is not visited. */
export type UrlProblem =
  | 'malformed'
  | 'too_long'
  | 'scheme'
  | 'port'
  | 'user_info'
  | 'ip_literal'
  | 'internal_name'
  | 'private_address';

export const UrlNotAllowed = defineRefusal(
  'url.not_allowed',
  'unprocessable',
  'Only public https addresses are visited',
);

const MESSAGES: Readonly<Record<UrlProblem, string>> = {
  malformed: 'This is not the address of a page',
  too_long: 'The address is longer than 2048 characters',
  scheme: 'The address has to begin with https://',
  port: 'Only port 443 is visited',
  user_info: 'An address with a name or password in it is not visited',
  ip_literal: 'The address has to name a host, not a number',
  internal_name: 'The host is not on the public internet',
  private_address: 'The host is not on the public internet',
};

const MAX_CHARACTERS = 2048;
const MAX_HOST_CHARACTERS = 253;
// The URL parser drops or mends these without a word, so what was read would not be what was written.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const MENDED = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\\]/;
const SLASHES = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LABEL = /^([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Names that mean something only inside a network, and public names of machines' inner services. */
const INTERNAL_SUFFIXES = [
  'alt',
  'arpa',
  'corp',
  'example',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'mail',
  'metadata.goog',
  'onion',
  'private',
  'svc',
  'test',
];

/** `null` when the address may be visited. */
export function problemOf(text: string): UrlProblem | null {
  if (text.length > MAX_CHARACTERS) return 'too_long';
  const url = MENDED.test(text) || !SLASHES.test(text) ? null : URL.parse(text);
  if (url === null) return 'malformed';
  if (url.href.length > MAX_CHARACTERS) return 'too_long';
  if (url.protocol !== 'https:') return 'scheme';
  if (url.username !== '' || url.password !== '' || authorityOf(text).includes('@')) return 'user_info';
  if (url.port !== '') return 'port';
  return problemOfHost(url.hostname);
}

/** The URL parser has brought the host to one spelling: decimal, octal, hex and wide digits are dotted, names are ASCII. */
function problemOfHost(host: string): UrlProblem | null {
  if (host.startsWith('[') || IPV4.test(host)) return 'ip_literal';
  const labels = host.split('.');
  const top = labels.at(-1) ?? '';
  if (host.length > MAX_HOST_CHARACTERS || !labels.every((label) => LABEL.test(label))) {
    return 'malformed';
  }
  if (labels.length === 1 || INTERNAL_SUFFIXES.some((name) => host === name || host.endsWith(`.${name}`))) {
    return 'internal_name';
  }
  return TOP_LABEL.test(top) ? null : 'malformed';
}

const authorityOf = (text: string): string => text.slice(text.indexOf('//') + 2).split(/[/?#]/, 1)[0] ?? '';

/** `pointer` names the member of the body that the address came in. */
export function checkForeignUrl(text: string, pointer = '/url'): URL {
  const problem = problemOf(text);
  if (problem !== null) throw notAllowed(problem, pointer);
  return new URL(text);
}

export const notAllowed = (problem: UrlProblem, pointer: string) =>
  UrlNotAllowed({ errors: [{ in: 'body', pointer, code: problem, message: MESSAGES[problem] }] });
