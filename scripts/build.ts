// Bundles the program for distribution: dist/1sec.mjs with the files that ship with it, and with --binary the single
// executable dist/1sec, which has all of them and the runtime inside. The same sources give the same bytes.
// usage: node scripts/build.ts [--binary] [--out DIR]
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { DASHBOARD_BUILD } from '../src/commands/dashboard-build.ts';
import { RUNTIME_OPTIONS } from './runtime-options.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PROGRAM_BUNDLE = '1sec.mjs';
const DASHBOARD = 'ui/dashboard.js';
/** Packages that are CommonJS ask for built-ins of Node in their own way. */
const REQUIRE =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";
/** Packages that are loaded where they are needed; being CommonJS, nothing of them runs before. */
const LAZY_PACKAGES = /node_modules\/fastify\//;

/** Read at run time by their path in the project, see knowledge/shipped-file.ts. */
const SHIPPED_FILES = [
  'LICENSE',
  'knowledge/README.md',
  'knowledge/oui.bin',
  'knowledge/credentials/table.tsv',
  'knowledge/fingerprints/devices.tsv',
  'samples/plant.pcapng',
  'samples/plant.labels.tsv',
  'ui/index.html',
  'ui/dashboard.css',
];

/** Each of these runs in a thread of its own and becomes a bundle of its own, see src/engine/worker-start.ts. */
const WORKERS = 'src/**/*-worker.ts';

/**
 * Commands are loaded lazily so that the sources start fast. In one file that would put the body of every module into
 * a function of its own; imported statically they share one scope, as modules do, and the start takes no longer.
 */
const importStatically: Plugin = {
  name: 'import-statically',
  setup: (hooks) => {
    hooks.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const imports: string[] = [];
      const text = readFileSync(path, 'utf8').replace(/\bawait import\(('\.[^']+')\)/g, (_, specifier: string) => {
        const name = `lazily${imports.length}`;
        imports.push(`import * as ${name} from ${specifier};`);
        return name;
      });
      return { contents: [text, ...imports].join('\n'), loader: 'ts' };
    });
  },
};

/** Writes the bundles and the files that ship with them; gives their paths below `directory`, the program's first. */
export async function buildBundle(directory: string): Promise<string[]> {
  const workers = globSync(WORKERS, { cwd: ROOT }).sort();
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      { in: 'src/main.ts', out: basename(PROGRAM_BUNDLE, '.mjs') },
      ...workers.map((path) => ({ in: path, out: basename(path, '.ts') })),
    ],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node26',
    charset: 'utf8',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    plugins: [importStatically],
    // The package's modules; for Node it offers only CommonJS, which asks for built-ins in a way a bundle cannot.
    alias: { yaml: join(ROOT, 'node_modules/yaml/browser/index.js') },
    metafile: true,
    logLevel: 'warning',
  });
  const lazy = Object.entries(result.metafile.inputs).filter(([, input]) =>
    input.imports.some(
      ({ kind, external, path }) => kind === 'dynamic-import' && external !== true && !LAZY_PACKAGES.test(path),
    ),
  );
  if (lazy.length > 0) {
    throw new Error(`only 'await import('./…')' can be bundled: ${lazy.map(([path]) => path).join(', ')}`);
  }
  await buildDashboard(directory);
  for (const path of SHIPPED_FILES) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    cpSync(join(ROOT, path), join(directory, path));
  }
  chmodSync(join(directory, PROGRAM_BUNDLE), 0o755);
  return [PROGRAM_BUNDLE, ...workers.map((path) => `${basename(path, '.ts')}.mjs`), DASHBOARD, ...SHIPPED_FILES];
}

/** The script of the dashboard, as `1sec serve` makes it when run from the sources. */
async function buildDashboard(directory: string): Promise<void> {
  await build({ absWorkingDir: ROOT, ...DASHBOARD_BUILD, outfile: join(directory, DASHBOARD), logLevel: 'warning' });
}

/** Makes one executable, `output` in `directory`, out of the bundle there and the runtime that runs this script. */
export function buildExecutable(directory: string, files: readonly string[], output: string): void {
  const work = mkdtempSync(join(directory, '.build-'));
  try {
    const config = join(work, 'executable.json');
    const made = join(work, output);
    // The path of `main` is kept in the executable, so that it is a relative one.
    const content = {
      main: PROGRAM_BUNDLE,
      mainFormat: 'module',
      executable: process.execPath,
      output: made,
      disableExperimentalSEAWarning: true,
      // It would save 8 of 51 ms at the start, and give other bytes with every build.
      useCodeCache: false,
      // What NODE_OPTIONS says is meant for other programs.
      execArgvExtension: 'none',
      execArgv: RUNTIME_OPTIONS,
      assets: {
        ...Object.fromEntries(files.filter((path) => path !== PROGRAM_BUNDLE).map((path) => [path, path])),
        'runtime/LICENSE': runtimeLicense(),
      },
    };
    writeFileSync(config, JSON.stringify(content));
    execFileSync(process.execPath, ['--build-sea', config], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    // Moved into place: a program that runs from there goes on with its own file.
    renameSync(made, join(directory, output));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The terms of the runtime ask that they go wherever it goes; they lie beside the folder of its program. */
function runtimeLicense(): string {
  const folder = dirname(process.execPath);
  const path = ['../LICENSE', 'LICENSE'].map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`the license of the runtime is missing beside ${folder}`);
  return path;
}

/** As the executable is called on this system. */
export const EXECUTABLE = process.platform === 'win32' ? '1sec.exe' : '1sec';

if (import.meta.main) {
  const { values } = parseArgs({
    options: { binary: { type: 'boolean', default: false }, out: { type: 'string', default: 'dist' } },
  });
  const directory = resolve(ROOT, values.out);
  mkdirSync(directory, { recursive: true });
  const files = await buildBundle(directory);
  if (values.binary) {
    buildExecutable(directory, files, EXECUTABLE);
    files.push(EXECUTABLE);
  }
  for (const path of files) {
    const { size } = statSync(join(directory, path));
    console.log(`${size.toLocaleString('en').padStart(12)}  ${relative('', join(directory, path))}`);
  }
}
