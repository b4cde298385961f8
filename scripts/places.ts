import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
export const ASSETS = join(ROOT, 'dist/public');
export const DEV_VARS = join(ROOT, '.dev.vars');
export const API_CONFIG = join(ROOT, 'wrangler.toml');
export const SANDBOX_CONFIG = join(ROOT, 'sandbox/wrangler.toml');
export const WRANGLER = join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js');
