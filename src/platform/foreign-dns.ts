import { z } from '../kernel/zod.ts';

/** Every address that a name has now; empty for a name that does not exist; rejects when nobody answers. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

const ENDPOINT = 'https://cloudflare-dns.com/dns-query';
const RECORDS = { A: 1, AAAA: 28 } as const;
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;

const Answer = z.object({
  Status: z.number(),
  Answer: z.array(z.object({ type: z.number(), data: z.string() })).optional(),
});

export function createDnsOverHttps(fetch: (url: string, init: RequestInit) => Promise<Response>): Resolve {
  return async (host, signal) => {
    const ask = async (record: keyof typeof RECORDS) => {
      const query = new URLSearchParams({ name: host, type: record });
      const headers = { accept: 'application/dns-json' };
      const response = await fetch(`${ENDPOINT}?${query}`, { headers, signal, redirect: 'manual' });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const { Status, Answer: records = [] } = Answer.parse(await response.json());
      if (Status === NO_SUCH_NAME) return [];
      if (Status !== NO_ERROR) throw new Error(`answered with DNS status ${Status}`);
      return records.filter(({ type }) => type === RECORDS[record]).map(({ data }) => data);
    };
    return (await Promise.all([ask('A'), ask('AAAA')])).flat();
  };
}

/** IANA's special-purpose blocks, in which nothing is globally reachable. */
const CLOSED_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** What cannot be read is not public. */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== null) return !CLOSED_V4.some(([block, bits]) => sameBlock(v4, parseV4(block) ?? 0, bits));
  const v6 = parseV6(address);
  return v6 !== null && isPublicV6(v6);
}

const sameBlock = (a: number, b: number, bits: number) => a >>> (32 - bits) === b >>> (32 - bits);

function parseV4(text: string): number | null {
  const bytes = V4.exec(text)?.slice(1).map(Number);
  if (!bytes || bytes.some((byte) => byte > 255)) return null;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

function parseV6(text: string): readonly number[] | null {
  const host = text.includes(':') ? URL.parse(`http://[${text}]/`)?.hostname : undefined;
  if (!host) return null;
  const [head = '', tail] = host.slice(1, -1).split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return groups(head);
  const zeros = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...new Array<number>(zeros).fill(0), ...groups(tail)];
}

/** Only 2000::/3 is routed; inside it, tunnels that carry a v4 address and blocks for documents are not public. */
function isPublicV6([a = 0, b = 0]: readonly number[]): boolean {
  if (a >>> 13 !== 1) return false;
  const isProtocols = a === 0x2001 && b < 0x200;
  const isDocuments = (a === 0x2001 && b === 0xdb8) || (a === 0x3fff && b < 0x1000);
  const is6to4 = a === 0x2002;
  return !isProtocols && !isDocuments && !is6to4;
}
