// Builds dist/: the GraphQL playground and the stylesheet of the NHS design system. cargo embeds them in psn if they exist.
//
//     node src/http/assets/build.mjs
//
// Needs Node.js 20 or later, npm and access to a package registry. Does nothing if dist/ was built from the current sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const OLDEST_NODE = 20;
// The bundles: each is a folder of sources here and a folder of files in dist/.
const BUNDLES = ['pages', 'playground'];
// The checksums of the sources that dist/ was built from. build.rs makes the same list, and embeds nothing if they differ.
const CHECKSUMS = 'dist/sources.sha256';
// A copy of the lock file that node_modules was installed from.
const INSTALLED = 'node_modules/.installed-lock.json';
// Time limits. Behind a firewall that drops requests, npm would wait for every package in turn.
const ANSWER_MS = 30_000;
const INSTALL_MS = 300_000;

process.chdir(fileURLToPath(new URL('.', import.meta.url)));

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

// Returns one line per source, in the format of `sha256sum`.
function checksums() {
  const sources = ['build.mjs', 'package-lock.json', 'package.json', ...BUNDLES.flatMap(filesIn)].sort();
  const hash = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
  return sources.map((path) => `${hash(path)}  ${path}\n`).join('');
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function npm(what, timeout, ...words) {
  const quiet = ['--no-update-notifier', '--no-progress', '--loglevel=error'];
  // On Windows npm is a command script, which only a shell can start.
  const shell = process.platform === 'win32';
  const { error, status, stderr } = spawnSync('npm', [...words, ...quiet], { encoding: 'utf8', shell, timeout });
  if (error?.code === 'ENOENT') throw new Error('npm is not installed');
  if (error?.code === 'ETIMEDOUT') throw new Error(`${what} took more than ${timeout / 1000} seconds`);
  if (status === 0) return;
  const line = stderr?.split('\n').find((text) => /error/i.test(text)) ?? error?.message ?? 'npm gave no reason';
  throw new Error(`${what} failed: ${line.trim()}`);
}

// Installs the packages, unless the lock file is unchanged: npm takes fifteen seconds, the bundlers two.
function install() {
  const lock = textOf('package-lock.json');
  if (textOf(INSTALLED) === lock) return;
  npm('asking the package registry', ANSWER_MS, 'view', 'esbuild', 'name', '--fetch-retries=1', '--fetch-retry-mintimeout=1000');
  // The bundler's executable for this platform is an optional package.
  npm('npm ci', INSTALL_MS, 'ci', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund');
  writeFileSync(INSTALLED, lock);
}

async function build() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < OLDEST_NODE) throw new Error(`Node.js ${process.version} is too old; use version ${OLDEST_NODE} or later`);
  const sources = checksums();
  if (textOf(CHECKSUMS) === sources) {
    console.log('src/http/assets/dist is up to date');
    return;
  }
  install();
  // The checksums are removed first and written last, so that an interrupted build is not used.
  for (const path of [CHECKSUMS, ...BUNDLES.map((name) => `dist/${name}`)]) rmSync(path, { recursive: true, force: true });
  for (const name of BUNDLES) {
    // Imported only here, because the packages that a bundler imports are installed above.
    const { bundle } = await import(`./${name}/bundle.mjs`);
    mkdirSync(join('dist', name));
    for (const [file, contents] of await bundle()) {
      const packed = gzipSync(contents, { level: constants.Z_BEST_COMPRESSION });
      writeFileSync(join('dist', name, `${file}.gz`), packed);
      console.log(`${name}/${file}: ${Buffer.byteLength(contents)} bytes, ${packed.length} compressed`);
    }
  }
  writeFileSync(CHECKSUMS, sources);
}

try {
  await build();
} catch (error) {
  console.error(`The playground and the NHS design could not be built: ${error.message}`);
  process.exitCode = 1;
}
