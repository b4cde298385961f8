type Package = {
  version?: string;
  cpu?: string[];
  dev?: boolean;
  libc?: string[];
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
};
type Lock = { packages: Record<string, Package> };

const SYSTEMS: Readonly<Record<string, string>> = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
};
const PROCESSORS: Readonly<Record<string, string>> = {
  '64': 'x64',
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
};
const EXACT = /^\d+\.\d+\.\d+/;

/**
 * The lock with the packages for other systems that npm left out. It does so when it can't load them, and
 * then refuses to install from what it wrote itself.
 */
export function completeLock(text: string): string {
  const lock = JSON.parse(text) as Lock;
  for (const [path, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!isLocked(lock, path, name))
        lock.packages[`node_modules/${name}`] = toPackage(name, version, parent);
    }
  }
  const packages = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

/** As Node looks for it: beside the package itself, then in every folder above. */
function isLocked(lock: Lock, path: string, name: string): boolean {
  for (
    let folder = path;
    folder !== '';
    folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')
  ) {
    if (lock.packages[`${folder}/node_modules/${name}`]) return true;
  }
  return lock.packages[`node_modules/${name}`] !== undefined;
}

function toPackage(name: string, version: string, parent: Package): Package {
  const words = name.split(/[/-]/);
  const os = words.flatMap((word) => SYSTEMS[word] ?? []);
  const cpu = words.flatMap((word) => PROCESSORS[word] ?? []);
  if (os.length !== 1 || cpu.length !== 1 || !EXACT.test(version)) {
    throw new Error(`npm left ${name}@${version} out of package-lock.json, and its name names no system`);
  }
  const libc = words.includes('musl') || words.includes('musleabihf') ? ['musl'] : ['glibc'];
  return {
    version,
    cpu,
    ...(parent.dev ? { dev: true } : {}),
    ...(os[0] === 'linux' ? { libc } : {}),
    optional: true,
    os,
  };
}
