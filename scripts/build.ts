// Bundles the program for distribution: dist/1sec.mjs with the files that ship with it, and with --binary the single
// executable dist/1sec, which has all of them and the runtime inside.
// usage: node scripts/build.ts [--binary] [--out DIR]
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

/** Read at run time by their path in the project, see knowledge/shipped-file.ts. */
const SHIPPED_FILES = ['knowledge/oui.bin', 'samples/plant.pcapng', 'samples/plant.labels.tsv'];

/** Every file of this name runs in a thread of its own and becomes a bundle of its own, see src/engine/start-worker.ts. */
const WORKERS = 'src/**/*-worker.ts';

/**
 * Commands are loaded lazily so that the sources start fast. In one file that would put the body of every module into
 * a function, in which its constants are variables to the compiler; imported statically they stay at the top.
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
      return { contents: `${text}\n${imports.join('\n')}`, loader: 'ts' };
    });
  },
};

/** Writes the bundles and the files that ship with them; gives their paths below `directory`. */
export async function buildBundle(directory: string): Promise<string[]> {
  const workers = globSync(WORKERS, { cwd: ROOT }).sort();
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      { in: 'src/main.ts', out: '1sec' },
      ...workers.map((path) => ({ in: path, out: basename(path, '.ts') })),
    ],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [importStatically],
    metafile: true,
    logLevel: 'warning',
  });
  const lazy = Object.entries(result.metafile.inputs).filter(([, input]) =>
    input.imports.some((imported) => imported.kind === 'dynamic-import' && imported.external !== true),
  );
  if (lazy.length > 0) {
    throw new Error(`only 'await import(…)' can be bundled: ${lazy.map(([path]) => path).join(', ')}`);
  }
  for (const path of SHIPPED_FILES) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    cpSync(join(ROOT, path), join(directory, path));
  }
  chmodSync(join(directory, '1sec.mjs'), 0o755);
  return ['1sec.mjs', ...workers.map((path) => `${basename(path, '.ts')}.mjs`), ...SHIPPED_FILES];
}

/** Makes one executable out of the bundle in `directory` and the runtime that runs this script. */
export function buildExecutable(directory: string, files: readonly string[], output: string): void {
  const work = mkdtempSync(join(directory, '.build-'));
  try {
    const config = join(work, 'executable.json');
    const made = join(work, basename(output));
    writeFileSync(
      config,
      JSON.stringify({
        main: join(directory, '1sec.mjs'),
        mainFormat: 'module',
        executable: process.execPath,
        output: made,
        disableExperimentalSEAWarning: true,
        useCodeCache: true,
        // What NODE_OPTIONS says is meant for other programs.
        execArgvExtension: 'none',
        assets: Object.fromEntries(files.slice(1).map((path) => [path, join(directory, path)])),
      }),
    );
    execFileSync(process.execPath, ['--build-sea', config], { stdio: ['ignore', 'ignore', 'inherit'] });
    // Moved into place: a program that runs from there goes on with its own file.
    renameSync(made, output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { binary: { type: 'boolean', default: false }, out: { type: 'string', default: 'dist' } },
  });
  const directory = resolve(ROOT, values.out);
  mkdirSync(directory, { recursive: true });
  const files = await buildBundle(directory);
  if (values.binary) {
    const output = join(directory, process.platform === 'win32' ? '1sec.exe' : '1sec');
    buildExecutable(directory, files, output);
    files.push(basename(output));
  }
  for (const path of files) {
    console.log(
      `${join(values.out, path).padEnd(40)} ${statSync(join(directory, path)).size.toLocaleString('en').padStart(12)}`,
    );
  }
}
