// The settings of a site as the dashboard shows and changes them: what 1sec.yaml says of each module and each kind of
// alert, in which line, and what holds without it. A change is checked before it is written, and can be taken back.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { SEVERITIES, type Severity } from '../facts/alert.ts';
import { modules } from '../modules/index.ts';
import type { SettingChange, SettingOutcome, Settings } from '../server/settings.ts';
import { editedConfig, lineOfSetting } from './config-edit.ts';
import { configText, readSiteConfig } from './site-config.ts';

/** What the program was started with, for who looks. */
export interface StartedWith {
  readonly option: string;
  readonly value: string;
}

interface Undo {
  /** Of the text that the change made. */
  readonly version: string;
  readonly before: string;
  readonly told: string;
}

const UNDOS_MAX = 20;
const PATH_MAX = 400;

export class SiteSettings implements Settings {
  /** Null: the program was started without one. */
  readonly #path: string | null;
  readonly #started: readonly StartedWith[];

  constructor(path: string | null, started: readonly StartedWith[]) {
    this.#path = path === null ? null : realpathSync(path);
    this.#started = started;
  }

  show(): unknown {
    const text = this.#path === null ? '' : configText(this.#path);
    const { declaration, problems } = readSiteConfig(text);
    const source = (path: readonly string[]): number | null => (text === '' ? null : lineOfSetting(text, path));
    return {
      file: this.#path === null ? null : showable(this.#path, PATH_MAX),
      version: versionOf(text),
      text,
      problems: this.#path === null ? [] : problems,
      started: this.#started.map(({ option, value }) => ({ option, value: showable(value, PATH_MAX) })),
      undo: this.#undos().at(-1)?.version === versionOf(text) ? this.#undos().at(-1)!.told : null,
      modules: modules.map(({ meta: { id, title, kinds } }) => {
        const settings = declaration.settings.get(id);
        return {
          name: id,
          title,
          isEnabled: settings?.isEnabled ?? true,
          line: source(['modules', id, 'enabled']),
          kinds: kinds.map(({ kind, title: name, severity }) => ({
            name: kind.slice(id.length + 1),
            title: name,
            usual: severity,
            severity: settings?.severities.get(kind) ?? severity,
            line: source(['modules', id, 'severities', kind.slice(id.length + 1)]),
          })),
        };
      }),
    };
  }

  /** `note`: writes down what is about to be done. */
  change({ module, name, value, version }: SettingChange, note: (told: string) => void): SettingOutcome {
    const path = this.#path;
    if (path === null) return { kind: 'refused', reason: 'the program was started without --config FILE' };
    const wrong = wrongWith(module, name, value);
    if (wrong !== null) return { kind: 'wrong', reason: wrong };
    const text = configText(path);
    if (versionOf(text) !== version) return { kind: 'refused', reason: 'the file has changed meanwhile: look again' };
    const place = name === 'enabled' ? ['modules', module, 'enabled'] : ['modules', module, 'severities', name];
    const edited = editedConfig(text, place, value === 'default' ? null : value);
    if (typeof edited !== 'string') return { kind: 'refused', reason: edited.problem };
    if (edited === text) return { kind: 'done' };
    const [problem] = readSiteConfig(edited).problems;
    if (problem !== undefined)
      return { kind: 'refused', reason: `line ${problem.line} would be wrong: ${problem.message}` };
    const told = `${module} ${name}: ${value}`;
    note(told);
    const undos = [...this.#undos(), { version: versionOf(edited), before: text, told }].slice(-UNDOS_MAX);
    replaceFile(this.#undoPath(), JSON.stringify(undos));
    replaceFile(path, edited);
    return { kind: 'done' };
  }

  undo(version: string, note: (told: string) => void): SettingOutcome {
    const path = this.#path;
    const undos = this.#undos();
    const last = undos.at(-1);
    if (path === null || last === undefined) return { kind: 'refused', reason: 'nothing was changed here' };
    if (versionOf(configText(path)) !== last.version || version !== last.version)
      return { kind: 'refused', reason: 'the file has changed since: what was done there is not taken back' };
    note(`taken back: ${last.told}`);
    replaceFile(path, last.before);
    replaceFile(this.#undoPath(), JSON.stringify(undos.slice(0, -1)));
    return { kind: 'done' };
  }

  #undoPath(): string {
    return `${this.#path!}.undo`;
  }

  #undos(): readonly Undo[] {
    if (this.#path === null || !existsSync(this.#undoPath())) return [];
    try {
      const read: unknown = JSON.parse(readFileSync(this.#undoPath(), 'utf8'));
      return Array.isArray(read) ? read.filter(isUndo) : [];
    } catch {
      // A broken file takes nothing back.
      return [];
    }
  }
}

function isUndo(value: unknown): value is Undo {
  const { version, before, told } = (value ?? {}) as Partial<Record<keyof Undo, unknown>>;
  return typeof version === 'string' && typeof before === 'string' && typeof told === 'string';
}

function wrongWith(module: string, name: string, value: string): string | null {
  const meta = modules.find((each) => each.meta.id === module)?.meta;
  if (meta === undefined) return 'there is no such module';
  if (name === 'enabled')
    return ['true', 'false', 'default'].includes(value) ? null : 'a module is on (true), off (false) or default';
  if (!meta.kinds.some(({ kind }) => kind === `${module}/${name}`)) return 'the module raises no such alert';
  const values: readonly (Severity | 'off' | 'default')[] = [...SEVERITIES, 'off', 'default'];
  return values.some((each) => each === value) ? null : `an alert is ${values.join(', ')}`;
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Beside and moved into place, with the mode it had: a power cut leaves the old file or the new one. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode: mode & 0o777, flag: 'wx', flush: true });
  renameSync(temporary, path);
}
