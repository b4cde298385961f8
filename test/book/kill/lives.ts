import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { unstable_readConfig } from 'wrangler';
import { API_CONFIG, ROOT } from '../../../scripts/places.ts';
import { generateSecrets } from '../../../scripts/secrets.ts';
import { parseSettings } from '../../../src/env.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { signAccessToken } from '../../../src/platform/access-token.ts';

/**
 * One Roost with its storage on disk, that lives, is killed with all its processes, and lives again. A host and so
 * many guests are there from its first life on.
 */
export async function openLives(guestCount = 0) {
  const storage = mkdtempSync(join(tmpdir(), 'roost-kill-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const vars = { ...(await generateSecrets()), PASSWORD_COST: '8', ORIGIN: origin };
  const config = unstable_readConfig({ config: API_CONFIG }, { hideWarnings: true });
  const settings = parseSettings({ ...(config.vars as object), ...vars });
  const host = newId('usr', Date.now());
  const guests = Array.from({ length: guestCount }, () => newId('usr', Date.now()));
  const people = join(storage, 'people.json');
  writeFileSync(people, JSON.stringify([host, ...guests]));
  let child: ChildProcess | null = null;

  const tokenOf = (accountId: string) =>
    signAccessToken(
      settings,
      {
        kind: 'session',
        accountId,
        sessionId: accountId.replace('usr', 'ses'),
        isHost: accountId === host,
        roles: [],
        mfa: false,
        authenticatedAt: Date.now(),
      },
      { now: () => Date.now() },
    );

  return {
    url: origin,
    storage,
    host,
    guests,
    masterSecret: settings.masterSecret,
    tokenOf,

    async start(): Promise<void> {
      const instance = join(ROOT, 'test/book/kill/instance.ts');
      child = spawn(process.execPath, [instance, storage, String(port), JSON.stringify(vars), people], {
        cwd: ROOT,
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (child.stdout === null) throw new Error('The instance has no output');
      for await (const line of createInterface(child.stdout)) if (line.startsWith('http')) return;
      throw new Error('The instance ended before it was ready');
    },

    /** The whole group at once, in the middle of whatever it does. */
    async kill(): Promise<void> {
      if (child?.pid === undefined) return;
      const gone = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await gone;
      child = null;
    },

    forget: () => rmSync(storage, { recursive: true, force: true }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port is free');
  return address.port;
}
