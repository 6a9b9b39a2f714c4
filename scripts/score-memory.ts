// `npm run score:memory`: is a secret of a login left in the process when an analysis is over? The whole program runs over
// planted logins and over those of real software, is held at its end, and all of its memory is searched: first through the
// system, then in a core that the kernel writes of it. With and without letting go of garbage before. Exit code 0; 1 where
// something was found, or where a secret that is there on purpose was not; 3 where the system writes no core here.
import { spawn, type ChildProcess } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { formsOf, plantedCapture, type Planted } from '../src/commands/planted-secrets.ts';
import { searchedCore, searchedMemory, type Searched } from '../src/commands/searched-memory.ts';

const ROOT = resolve(import.meta.dirname, '..');
const HELD = join(ROOT, 'src/commands/run-and-wait.ts');
const FILE_HEADER_BYTES = 24;
/** The strong passwords of samples/logins, and their beginnings that protocols with less room have. */
const REAL_SECRETS = ['Tr0ut-Lantern-58', 'Tr0ut-58'];
const CORE_WAIT_MS = 60_000;

interface Subject {
  readonly name: string;
  readonly capture: Buffer;
  readonly planted: readonly Planted[];
}

async function main(): Promise<number> {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  const folder = mkdtempSync(join(tmpdir(), '1sec-memory-'));
  let wrong = 0;
  console.log(
    '| what was run | garbage | forms looked for | in memory | bytes searched | in the core | bytes searched |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  try {
    for (const subject of [planted(), real()]) {
      for (const isCollected of [true, false]) {
        const result = await searched(subject, isCollected, join(folder, `${subject.name}-${isCollected}`), pattern);
        wrong += result.memory.found.length + (result.core?.found.length ?? 0);
        row(subject, isCollected ? 'let go' : 'as it is', result);
      }
    }
    const control = await searchedControl(join(folder, 'control'), pattern);
    const isFound = control.memory.found.length > 0 && (control.core === null || control.core.found.length > 0);
    console.log(`\nA secret that is kept on purpose is ${isFound ? 'found, in memory and core' : 'NOT FOUND'}.`);
    if (!isFound) wrong++;
    if (control.core === null) console.log(`The system writes no core here (core_pattern is «${pattern}»).`);
    return wrong > 0 ? 1 : control.core === null ? 3 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function planted(): Subject {
  return { name: 'planted', ...plantedCapture() };
}

/** The captures of real servers and clients, one behind the other. */
function real(): Subject {
  const paths = globSync('samples/logins/*.pcap', { cwd: ROOT }).sort();
  const files = paths.map((path) => readFileSync(join(ROOT, path)));
  const capture = Buffer.concat(files.map((bytes, index) => (index === 0 ? bytes : bytes.subarray(FILE_HEADER_BYTES))));
  const forms = REAL_SECRETS.flatMap((secret) =>
    [...formsOf(secret), Buffer.from(Buffer.from(secret).toString('base64'))].map((bytes) => ({
      name: `${secret} (${bytes.length} bytes)`,
      secret,
      bytes,
    })),
  );
  return { name: 'real', capture, planted: forms.filter(({ bytes }) => capture.includes(bytes)) };
}

async function searched(
  { capture, planted }: Subject,
  isCollected: boolean,
  home: string,
  pattern: string,
): Promise<{ memory: Searched; core: Searched | null }> {
  const path = `${home}.pcap`;
  writeFileSync(path, capture, { mode: 0o600 });
  const lines = [
    ['analyze', '--json', '--save', `${home}.db`, '--evidence', `${home}-evidence`, '--spool', `${home}-spool`, path],
    ['facts', path],
  ];
  return heldAndSearched(
    [...(isCollected ? ['--expose-gc'] : []), HELD, JSON.stringify(lines)],
    planted,
    home,
    pattern,
  );
}

/** Holds a secret on purpose: what is searched would find it. */
function searchedControl(home: string, pattern: string): Promise<{ memory: Searched; core: Searched | null }> {
  const half = ['kept', 'on', 'purpose'];
  const program = `globalThis.kept = Buffer.from(${JSON.stringify(half)}.join('-')); console.error('ready'); setInterval(() => {}, 1000);`;
  const secret = half.join('-');
  const forms = [{ name: 'control', secret, bytes: Buffer.from(secret) }];
  return heldAndSearched(['-e', program], forms, home, pattern);
}

async function heldAndSearched(
  words: readonly string[],
  planted: readonly Planted[],
  home: string,
  pattern: string,
): Promise<{ memory: Searched; core: Searched | null }> {
  const cores = mkdtempSync(`${home}-cores-`);
  const command = 'ulimit -c unlimited && exec "$0" "$@"';
  const child = spawn('sh', ['-c', command, process.execPath, ...words], {
    cwd: cores,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await ready(child);
    const memory = searchedMemory(child.pid!, planted, true);
    if (memory === null) throw new Error('the memory of another process cannot be read here');
    if (pattern.startsWith('|') || pattern.includes('/')) return { memory, core: null };
    // Pages of files as well (core(5)).
    writeFileSync(`/proc/${child.pid!}/coredump_filter`, '0x7f');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGABRT');
    await Promise.race([ended, pause(CORE_WAIT_MS)]);
    const [name] = readdirSync(cores);
    return { memory, core: name === undefined ? null : searchedCore(join(cores, name), planted) };
  } finally {
    child.kill('SIGKILL');
    rmSync(cores, { recursive: true, force: true });
  }
}

async function ready(child: ChildProcess): Promise<void> {
  let said = '';
  for await (const chunk of child.stderr!) {
    said += String(chunk);
    if (said.includes('ready\n')) return;
  }
  throw new Error(`it ended before: ${said.slice(-300)}`);
}

function row(
  { name, planted }: Subject,
  garbage: string,
  { memory, core }: { memory: Searched; core: Searched | null },
): void {
  const cells = [
    name === 'planted' ? 'planted logins' : 'logins of real software',
    garbage,
    planted.length,
    memory.found.length === 0 ? 'nothing' : `FOUND: ${memory.found.slice(0, 5).join('; ')}`,
    memory.bytes,
    core === null
      ? 'none written'
      : core.found.length === 0
        ? 'nothing'
        : `FOUND: ${core.found.slice(0, 5).join('; ')}`,
    core?.bytes ?? 0,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

process.exitCode = await main();
