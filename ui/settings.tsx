// The page of settings: what 1sec.yaml says of modules and alerts, in which line, and what holds without it. Operators
// change one at a time, and take the last change back.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, tell, type Severity } from './api.ts';
import { Show, TableHead, useAnswer } from './parts.tsx';
import { useRole } from './session.tsx';
import { texts } from './texts.ts';

const words = texts.settings;

interface Kind {
  readonly name: string;
  readonly title: string;
  readonly usual: Severity;
  readonly severity: Severity | 'off';
  readonly line: number | null;
}

interface Settings {
  readonly file: string | null;
  readonly version: string;
  readonly text: string;
  readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[];
  readonly started: readonly { readonly option: string; readonly value: string }[];
  readonly undo: string | null;
  readonly modules: readonly {
    readonly name: string;
    readonly title: string;
    readonly isEnabled: boolean;
    readonly line: number | null;
    readonly kinds: readonly Kind[];
  }[];
}

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical', 'off'] as const;
type Change = (module: string, name: string, value: string) => void;

export function SettingsPage(): JSX.Element {
  const loaded = useAnswer<Settings>('/api/settings', {}, false);
  return (
    <>
      <h1>{words.title}</h1>
      <Show loaded={loaded}>{(settings) => <SettingsOf first={settings} />}</Show>
    </>
  );
}

function SettingsOf({ first }: { readonly first: Settings }): JSX.Element {
  const [settings, setSettings] = useState(first);
  const [problem, setProblem] = useState('');
  const role = useRole();
  const wish = async (path: string, body: object): Promise<void> => {
    try {
      setSettings(await tell<Settings>(path, { ...body, version: settings.version }));
      setProblem('');
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
    }
  };
  const mayChange = role === 'operator' && settings.file !== null && settings.problems.length === 0;
  const change: Change = (module, name, value) => void wish('/api/settings', { module, name, value });
  return (
    <>
      <p>{settings.file === null ? words.noFile : words.file(settings.file)}</p>
      {settings.problems.map(({ line, message }) => (
        <p class="failed" key={line}>
          {words.problem(line, message)}
        </p>
      ))}
      {problem !== '' && (
        <p class="failed" role="alert">
          {problem}
        </p>
      )}
      {mayChange && settings.undo !== null && (
        <p>
          {words.lastChanged(settings.undo)}{' '}
          <button type="button" onClick={() => void wish('/api/settings/undo', {})}>
            {words.takeBack}
          </button>
        </p>
      )}
      {settings.modules.map((module) => (
        <ModuleSettings key={module.name} module={module} change={mayChange ? change : null} />
      ))}
      <h2>{words.started}</h2>
      <dl class="started">
        {settings.started.map(({ option, value }) => (
          <div key={option}>
            <dt>{option}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {settings.text !== '' && (
        <details>
          <summary>{words.wholeFile}</summary>
          <pre>{settings.text}</pre>
        </details>
      )}
    </>
  );
}

function ModuleSettings(props: {
  readonly module: Settings['modules'][number];
  readonly change: Change | null;
}): JSX.Element {
  const { module, change } = props;
  const { name, title, isEnabled, line, kinds } = module;
  return (
    <details class="module-settings">
      <summary>{words.module(title, isEnabled, whereFrom(line))}</summary>
      <label>
        <input
          type="checkbox"
          checked={isEnabled}
          disabled={change === null}
          onChange={(event) => change?.(name, 'enabled', String(event.currentTarget.checked))}
        />{' '}
        {words.looks(name)}
      </label>
      <table>
        <TableHead titles={words.headings} />
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind.name}>
              <td>{kind.title}</td>
              <td>
                <select
                  aria-label={words.severityOf(kind.title)}
                  disabled={change === null}
                  value={kind.line === null ? 'default' : kind.severity}
                  onChange={(event) => change?.(name, kind.name, event.currentTarget.value)}
                >
                  <option value="default">{words.asUsual}</option>
                  {SEVERITIES.map((severity) => (
                    <option key={severity} value={severity}>
                      {severity}
                    </option>
                  ))}
                </select>
              </td>
              <td>{kind.usual}</td>
              <td>{whereFrom(kind.line)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function whereFrom(line: number | null): string {
  return line === null ? words.fromProgram : words.fromLine(line);
}
