// Checks that imports under src/ follow the way of the data: every file imports from its own stage or an earlier one.
// usage: node scripts/layering.ts
import { globSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import ts from 'typescript';

/** In the order of the data; a file imports from its own stage or an earlier one. */
export const STAGES = [
  'bytes',
  'facts',
  'capture',
  'packet',
  'flow',
  'protocols',
  'transfers',
  'learning',
  'assets',
  'alerts',
  'modules',
  'store',
  'outputs',
  'server',
  'engine',
  'commands',
  'main.ts',
] as const;

/** From here on a file may use packages and every built-in of Node. */
const FIRST_OPEN_STAGE = 'store';

/** Built-ins that a stage before `store` may use. What reads a clock or opens a socket has no place there. */
const BUILTINS: Readonly<Record<string, readonly string[]>> = {
  capture: ['node:fs', 'node:fs/promises', 'node:zlib', 'node:stream', 'node:buffer', 'node:ffi'],
  // The seed of the hash tables, which no result depends on.
  flow: ['node:crypto'],
  protocols: ['node:crypto', 'node:zlib'],
  transfers: ['node:crypto'],
  learning: ['node:crypto'],
  assets: ['node:crypto'],
  alerts: ['node:crypto'],
};

/** Stages that may read the tables of facts in knowledge/. */
const KNOWLEDGE_READERS: readonly string[] = ['protocols', 'assets', 'alerts', 'modules'];

/** What modules never see: only facts reach them. */
const HIDDEN_FROM_MODULES: readonly string[] = ['capture', 'packet', 'flow', 'protocols'];

/** Protocols that carry others: the folder that may be imported, and by which. */
const CARRIERS: Readonly<Record<string, readonly string[]>> = {};

export interface SourceFile {
  /** From the project's root, with forward slashes: `src/flow/flow-table.ts`. */
  readonly path: string;
  readonly text: string;
}

/** One line for each broken rule; empty when all hold. */
export function layeringProblems(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const file of files) {
    for (const specifier of importsOf(file.text)) {
      const problem = importProblem(file.path, specifier);
      if (problem !== '') problems.push(`${file.path} imports ${specifier}: ${problem}`);
    }
    if (stageOf(file.path) === '') problems.push(`${file.path}: belongs to no stage`);
  }
  for (const list of ['protocols', 'modules']) problems.push(...unlistedFolders(files, list));
  return problems;
}

function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

/** The stage of a path under src/, empty where it is none. */
function stageOf(path: string): string {
  const [root, stage] = path.split('/');
  return root === 'src' && (STAGES as readonly string[]).includes(stage!) ? stage! : '';
}

function importProblem(path: string, specifier: string): string {
  const isTest = isOutside(path);
  const stage = stageOf(path);
  const isOpen = isTest || rank(stage) >= rank(FIRST_OPEN_STAGE);
  if (!specifier.startsWith('.')) {
    if (isOpen) return '';
    if (!specifier.startsWith('node:')) return 'no package before store/';
    return BUILTINS[stage]?.includes(specifier) ? '' : `${stage}/ may not use this part of Node`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (!target.startsWith('src/')) {
    if (isOpen || (target.startsWith('knowledge/') && KNOWLEDGE_READERS.includes(stage))) return '';
    return 'outside src/';
  }
  const targetStage = stageOf(target);
  if (targetStage === '') return 'belongs to no stage';
  if (target.endsWith('.test.ts')) return 'a test is imported by nobody';
  if (!isTest && isOutside(target)) return 'a script that makes captures is no part of the program';
  if (isTest) return rank(targetStage) <= rank(stage) || targetStage === 'engine' ? '' : `${targetStage} comes later`;
  if (rank(targetStage) > rank(stage)) return `${targetStage} comes later than ${stage}`;
  if (stage === 'modules' && HIDDEN_FROM_MODULES.includes(targetStage)) return 'modules see facts only';
  return neighbourProblem(path, target, stage);
}

/** Tests, and the scripts that make their captures, are no part of the program. */
function isOutside(path: string): boolean {
  return path.endsWith('.test.ts') || /\/captures\/[^/]+\.ts$/.test(path);
}

/** Two protocols, or two modules, do not know each other. */
function neighbourProblem(path: string, target: string, stage: string): string {
  if (stage !== 'protocols' && stage !== 'modules') return '';
  const from = folderIn(path, stage);
  const to = folderIn(target, stage);
  if (from === '' || to === '' || from === to) return '';
  return CARRIERS[to]?.includes(from) ? '' : `${from} and ${to} do not know each other`;
}

/** `modbus` for src/protocols/modbus/parse.ts; empty for a file directly in the stage. */
function folderIn(path: string, stage: string): string {
  const parts = path.split('/');
  return parts[1] === stage && parts.length > 3 ? parts[2]! : '';
}

function unlistedFolders(files: readonly SourceFile[], list: string): string[] {
  const index = files.find((file) => file.path === `src/${list}/index.ts`);
  const listed = new Set(index === undefined ? [] : importsOf(index.text));
  const folders = new Set(files.map((file) => folderIn(file.path, list)).filter((folder) => folder !== ''));
  return [...folders]
    .filter((folder) => !listed.has(`./${folder}/index.ts`))
    .map((folder) => `src/${list}/${folder}: not in src/${list}/index.ts`);
}

function rank(stage: string): number {
  return (STAGES as readonly string[]).indexOf(stage);
}

/** Every TypeScript file under src/ of the project at `root`. */
export function sourceFiles(root: string): SourceFile[] {
  return globSync('src/**/*.ts', { cwd: root })
    .sort()
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(resolve(root, path), 'utf8') }));
}

if (import.meta.main) {
  const files = sourceFiles(resolve(import.meta.dirname, '..'));
  const problems = layeringProblems(files);
  for (const problem of problems) console.error(problem);
  console.log(`${files.length} files, ${problems.length} broken imports`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
