// Makes the folder of a new protocol or module from a template and adds its line to the list.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** The name of a protocol or module in the forms a template needs. */
export interface Name {
  /** `modbus-rtu`: the folder, and the name people see. */
  readonly kebab: string;
  /** `modbusRtu`. */
  readonly camel: string;
  /** `ModbusRtu`. */
  readonly pascal: string;
  /** `Modbus rtu`. */
  readonly title: string;
}

export interface Template {
  /** `protocols` or `modules`. */
  readonly list: 'protocols' | 'modules';
  /** File name in the new folder → its text. */
  files(name: Name): Record<string, string>;
  /** Rewrites the README's count of what the list holds. */
  count(readme: string, count: number): string;
}

/** Null where the text is no name of a folder and of a value. */
export function nameOf(text: string): Name | null {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(text)) return null;
  const words = text.split('-');
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  const title = words.join(' ');
  return {
    kebab: text,
    camel: pascal[0]!.toLowerCase() + pascal.slice(1),
    pascal,
    title: title[0]!.toUpperCase() + title.slice(1),
  };
}

/** Writes the folder under `root`; gives the paths written, or one line that says what is wrong. */
export async function makeFolder(root: string, template: Template, text: string): Promise<string[] | string> {
  const name = nameOf(text);
  if (name === null) return `"${text}" is no name: lower-case words joined by "-", the first starting with a letter`;
  const folder = join('src', template.list, name.kebab);
  if (existsSync(resolve(root, folder))) return `${folder} is there already`;
  const index = join('src', template.list, 'index.ts');
  const listed = withLine(readFileSync(resolve(root, index), 'utf8'), template.list, name);
  if (listed === null) return `${index}: the list "${template.list}" was not found`;

  const written: string[] = [];
  async function write(path: string, content: string): Promise<void> {
    const file = resolve(root, path);
    const options = await resolveConfig(join(import.meta.dirname, 'new-folder.ts'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await format(content, { ...options, filepath: file }));
    written.push(path);
  }
  for (const [file, content] of Object.entries(template.files(name))) await write(join(folder, file), content);
  await write(index, listed.text);
  const readme = resolve(root, 'README.md');
  if (existsSync(readme)) await write('README.md', template.count(readFileSync(readme, 'utf8'), listed.count));
  return written;
}

/** The list's file with the import and the entry added, each last of its kind. */
function withLine(text: string, list: string, name: Name): { text: string; count: number } | null {
  const found = new RegExp(`(export const ${list}\\b[^=]*= \\[)([^\\]]*)\\]`).exec(text);
  if (found === null) return null;
  const entries = found[2]!
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  entries.push(name.camel);
  const imported = `import { ${name.camel} } from './${name.kebab}/index.ts';\n`;
  const lastImport = [...text.matchAll(/^import [^;]*;\n/gm)].at(-1);
  const importAt = lastImport === undefined ? found.index : lastImport.index + lastImport[0].length;
  const before = text.slice(0, importAt) + imported + text.slice(importAt, found.index);
  const after = text.slice(found.index + found[0].length);
  return { text: `${before}${found[1]!}\n${entries.join(',\n')},\n]${after}`, count: entries.length };
}

/** The command line of a generator: one name; exit code 2 for a person's mistake. */
export async function generate(template: Template, next: string): Promise<number> {
  const [text, ...rest] = process.argv.slice(2);
  if (text === undefined || rest.length > 0) {
    console.error('usage: npm run new:protocol -- NAME | npm run new:module -- NAME');
    return 2;
  }
  const outcome = await makeFolder(resolve(import.meta.dirname, '..'), template, text);
  if (typeof outcome === 'string') {
    console.error(outcome);
    return 2;
  }
  for (const path of outcome) console.log(`wrote ${path}`);
  console.log(next);
  return 0;
}
