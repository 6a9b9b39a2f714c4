// Checks what the documents say about the tree: links, the code map, the tests behind invariants, the counts.
// usage: node scripts/check-docs.ts
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import { PROTOCOLS_PAGE, missingKinds } from './protocols-page.ts';

/** What the checks ask of the tree; paths are relative to the project's root, with forward slashes. */
export interface Tree {
  /** Files under version control, or about to be. */
  readonly files: readonly string[];
  read(path: string): string;
  exists(path: string): boolean;
}

export interface Counts {
  readonly protocols: number;
  readonly modules: number;
}

/** Relative links and images of a Markdown text that lead nowhere, or to a heading that is not there. */
export function brokenLinks(tree: Tree, path: string): string[] {
  const problems: string[] = [];
  const prose = withoutCode(tree.read(path));
  for (const match of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)/gm)) {
    const link = match[1] ?? match[2]!;
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
    const [file, anchor] = link.split('#');
    const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file!));
    if (!tree.exists(target)) problems.push(`${path}: link to ${link}, which does not exist`);
    else if (anchor !== undefined && target.endsWith('.md') && !headings(tree.read(target)).has(anchor)) {
      problems.push(`${path}: link to ${link}, but there is no such heading`);
    }
  }
  return problems;
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Headings as GitHub names their anchors. */
function headings(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const match of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+\s+(.*)$/gm)) {
    const words = match[1]!.trim().toLowerCase();
    anchors.add(words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'));
  }
  return anchors;
}

/** The code map of ARCHITECTURE.md names every folder under src/ (as `flow/` or `src/flow`) and none that is not there. */
export function codeMapProblems(tree: Tree, path: string): string[] {
  const text = tree.read(path);
  const problems: string[] = [];
  const stages = new Set(tree.files.filter((file) => /^src\/[^/]+\//.test(file)).map((file) => file.split('/')[1]!));
  for (const stage of stages) {
    if (!new RegExp(`\\b${stage}/|src/${stage}\\b`).test(text)) problems.push(`${path}: does not name src/${stage}`);
  }
  for (const name of namedPaths(text)) {
    if (!tree.exists(name) && !tree.exists(`src/${name}`))
      problems.push(`${path}: names ${name}, which does not exist`);
  }
  return problems;
}

/** Paths in code style, and the folders at the start of the lines of a drawn tree. */
function namedPaths(text: string): Set<string> {
  const names = new Set<string>();
  for (const match of text.matchAll(/`((?:src|ui|scripts|docs|fuzz|bench|samples|knowledge)\/[\w./-]*|[\w-]+\/)`/g)) {
    names.add(match[1]!.replace(/\/$/, ''));
  }
  for (const block of text.matchAll(/^```[\s\S]*?^```/gm)) {
    for (const line of block[0].matchAll(/^\s*([\w./-]+)\/(?=\s|$)/gm)) names.add(line[1]!);
  }
  return names;
}

/** Every item of the list under the heading "Invariants" names a test file, and the file exists. */
export function invariantProblems(tree: Tree, path: string): string[] {
  const section = /^(#+)\s+[^\n]*invariants[^\n]*\n([\s\S]*?)(?=^#{1,2}\s|(?![\s\S]))/im.exec(tree.read(path));
  if (section === null) return [`${path}: has no section "Invariants"`];
  const items = section[2]!.split(/^(?=(?:[-*]|\d+\.)\s)/m).filter((item) => /^(?:[-*]|\d+\.)\s/.test(item));
  const problems = items.length === 0 ? [`${path}: lists no invariant`] : [];
  for (const item of items) {
    const tests = [...item.matchAll(/[\w./-]+\.test\.ts/g)].map((match) => match[0]);
    const start = item.slice(0, 60).replace(/\s+/g, ' ');
    if (tests.length === 0) problems.push(`${path}: no test is named for "${start}"`);
    for (const test of tests) if (!tree.exists(test)) problems.push(`${path}: ${test} does not exist ("${start}")`);
  }
  return problems;
}

/** "2 of 16 modules" and "1 protocol" in the README are what the indexes hold. */
export function countProblems(tree: Tree, path: string, counts: Counts): string[] {
  const text = tree.read(path);
  const problems: string[] = [];
  let isSaid = false;
  for (const match of text.matchAll(/\b(\d+) of 16 modules\b/g)) {
    isSaid = true;
    if (Number(match[1]) !== counts.modules) problems.push(`${path}: "${match[0]}", but there are ${counts.modules}`);
  }
  if (!isSaid) problems.push(`${path}: does not say "${counts.modules} of 16 modules"`);
  for (const match of text.matchAll(/\b(\d+) protocols?\b/g)) {
    if (Number(match[1]) !== counts.protocols)
      problems.push(`${path}: "${match[0]}", but there are ${counts.protocols}`);
  }
  return problems;
}

/** Paths of the machine on which the project was built have no meaning anywhere else. */
export function machinePaths(tree: Tree, path: string): string[] {
  const lines = tree.read(path).split('\n');
  return lines.flatMap((line, index) =>
    /(?<![\w.])\/(?:work|root)\/\w/.test(line) ? [`${path}:${index + 1}: a path of one machine`] : [],
  );
}

export function docsProblems(tree: Tree, counts: Counts): string[] {
  const problems: string[] = [];
  for (const path of tree.files) {
    if (path.endsWith('.md')) problems.push(...brokenLinks(tree, path));
    if (/\.(?:md|ts|js|json|sh|yaml|yml|golden|html|css)$|(?:^|\/)[^.]+$/.test(path))
      problems.push(...machinePaths(tree, path));
  }
  for (const path of ['README.md', 'ARCHITECTURE.md']) if (!tree.exists(path)) problems.push(`${path}: does not exist`);
  if (tree.exists('README.md')) problems.push(...countProblems(tree, 'README.md', counts));
  if (tree.exists('ARCHITECTURE.md')) {
    problems.push(...codeMapProblems(tree, 'ARCHITECTURE.md'), ...invariantProblems(tree, 'ARCHITECTURE.md'));
  }
  return problems;
}

function versioned(root: string): string[] {
  const options = { cwd: root, encoding: 'utf8' } as const;
  return execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], options).split('\0');
}

/** Where the project came without its history. */
function found(root: string): string[] {
  return globSync('**', { cwd: root, withFileTypes: true, exclude: ['node_modules', 'dist'] })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/** The files of the project at `root` that are, or could be, under version control. */
export function treeAt(root: string): Tree {
  const names = existsSync(resolve(root, '.git')) ? versioned(root) : found(root);
  return {
    files: names.filter((name) => name !== '' && existsSync(resolve(root, name))).sort(),
    read: (path) => readFileSync(resolve(root, path), 'utf8'),
    exists: (path) => existsSync(resolve(root, path)),
  };
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..');
  const { protocols } = await import('../src/protocols/index.ts');
  const { modules } = await import('../src/modules/index.ts');
  const tree = treeAt(root);
  const page = tree.exists(PROTOCOLS_PAGE) ? tree.read(PROTOCOLS_PAGE) : '';
  const missing = protocols.flatMap((protocol) => missingKinds(page, protocol));
  const problems = docsProblems(tree, { protocols: protocols.length, modules: modules.length });
  problems.push(...missing.map((kind) => `${PROTOCOLS_PAGE} does not list ${kind}; npm run protocols:page writes it`));
  for (const problem of problems) console.error(problem);
  console.log(`${tree.files.length} files, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
