// Settings that are changed from the dashboard: only the line that is meant differs afterwards, what would be wrong is not
// written, and the last change can be taken back.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modules } from '../modules/index.ts';
import { folderWith } from './child-program.ts';
import { editedConfig, lineOfSetting } from './config-edit.ts';
import { CONFIG_EXAMPLE } from './config-example.ts';
import { readSiteConfig } from './site-config.ts';
import { SiteSettings } from './site-settings.ts';

const MINE = `# mine
version: 1   # the first
modules:
    # four spaces
    asset-lens:
        enabled:   true   # keep it
    process-guard:
        severities:
            write-to-read-only-point: low

# behind it
masters: [ { name: "a  b",   client: 192.0.2.1 } ]`;

/** Lines that are not in the other text. */
function differing(before: string, after: string): [gone: string[], added: string[]] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  return [left.filter((line) => !right.includes(line)), right.filter((line) => !left.includes(line))];
}

function edited(text: string, path: readonly string[], value: string | null): string {
  const result = editedConfig(text, path, value);
  assert.equal(typeof result, 'string', JSON.stringify(result));
  assert.deepEqual(readSiteConfig(result as string).problems, readSiteConfig(text).problems);
  return result as string;
}

test('a value that stands there is replaced, spaces and comments beside it stay', () => {
  const text = edited(MINE, ['modules', 'asset-lens', 'enabled'], 'false');
  assert.deepEqual(differing(MINE, text), [
    ['        enabled:   true   # keep it'],
    ['        enabled:   false   # keep it'],
  ]);
});

test('one that is missing comes behind its neighbours, as deep as they are', () => {
  const path = ['modules', 'process-guard', 'severities', 'frozen-reading'];
  const guard = modules.find(({ meta }) => meta.id === 'process-guard')!.meta.kinds;
  const other = guard.map(({ kind }) => kind.split('/')[1]!).find((name) => name !== 'write-to-read-only-point')!;
  const text = edited(MINE, [...path.slice(0, 3), other], 'off');
  assert.deepEqual(differing(MINE, text), [[], [`            ${other}: off`]]);
  assert.equal(lineOfSetting(text, [...path.slice(0, 3), other]), 10);
  const deeper = edited(MINE, ['modules', 'logic-watch', 'severities', 'program-sent'], 'high');
  assert.deepEqual(differing(MINE, deeper), [
    [],
    ['    logic-watch:', '      severities:', '        program-sent: high'],
  ]);
  const whole = edited('version: 1', ['modules', 'asset-lens', 'enabled'], 'false');
  assert.equal(whole, 'version: 1\nmodules:\n  asset-lens:\n    enabled: false\n');
});

test('one that is taken out takes the keys with it that would hold nothing', () => {
  const text = edited(MINE, ['modules', 'process-guard', 'severities', 'write-to-read-only-point'], null);
  assert.deepEqual(differing(MINE, text), [
    ['    process-guard:', '        severities:', '            write-to-read-only-point: low'],
    [],
  ]);
  assert.equal(edited(MINE, ['modules', 'rhythm', 'enabled'], null), MINE);
});

test('every setting of every module can be set and taken out of the example, which is then as before', () => {
  for (const { meta } of modules) {
    for (const [name, value] of [['enabled', 'false'], ...meta.kinds.map(({ kind }) => [kind.split('/')[1]!, 'low'])]) {
      const path = name === 'enabled' ? ['modules', meta.id, name] : ['modules', meta.id, 'severities', name!];
      const set = edited(CONFIG_EXAMPLE, path, value!);
      const { settings } = readSiteConfig(set).declaration;
      const found = settings.get(meta.id)!;
      assert.equal(name === 'enabled' ? String(found.isEnabled) : found.severities.get(`${meta.id}/${name!}`), value);
      if (lineOfSetting(CONFIG_EXAMPLE, path) === null) assert.equal(edited(set, path, null), CONFIG_EXAMPLE);
    }
  }
});

test('what is written in braces is left to the person', () => {
  for (const text of ['version: 1\nmodules: {}\n', 'version: 1\nmodules: { asset-lens: { enabled: true } }\n']) {
    const result = editedConfig(text, ['modules', 'rhythm', 'enabled'], 'false');
    assert.match((result as { problem: string }).problem, /by hand/);
  }
});

test('a change is noted, written with the mode of the file, and taken back; nothing over a change by hand', () => {
  const path = join(folderWith({ '1sec.yaml': new TextEncoder().encode(MINE) }), '1sec.yaml');
  chmodSync(path, 0o640);
  const settings = new SiteSettings(path, []);
  const noted: string[] = [];
  const note = (told: string): void => void noted.push(told);
  const version = (): string => (settings.show() as { version: string }).version;
  const wish = { module: 'asset-lens', name: 'enabled', value: 'false' };
  const first = version();
  assert.deepEqual(settings.change({ ...wish, version: first }, note), { kind: 'done' });
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.equal(
    settings.change({ ...wish, value: 'true', version: first }, note).kind,
    'refused',
    'decided on another text',
  );
  assert.equal((settings.show() as { undo: string }).undo, 'asset-lens enabled: false');
  assert.deepEqual(settings.undo(version(), note), { kind: 'done' });
  assert.equal(readFileSync(path, 'utf8'), MINE);
  assert.deepEqual(noted, ['asset-lens enabled: false', 'taken back: asset-lens enabled: false']);
  settings.change({ ...wish, version: version() }, note);
  writeFileSync(path, `${readFileSync(path, 'utf8')}\n# by hand\n`);
  assert.equal(settings.undo(version(), note).kind, 'refused');
  assert.match(readFileSync(path, 'utf8'), /# by hand/);
});

test('a wish that cannot be is refused and writes nothing', () => {
  const path = join(folderWith({ '1sec.yaml': new TextEncoder().encode(MINE) }), '1sec.yaml');
  const settings = new SiteSettings(path, []);
  const { version } = settings.show() as { version: string };
  for (const [module, name, value] of [
    ['none', 'enabled', 'true'],
    ['asset-lens', 'none', 'low'],
    ['asset-lens', 'enabled', 'maybe'],
    ['asset-lens', 'new-device', 'true\nmasters: []'],
    ['asset-lens', '__proto__', 'low'],
  ] as const)
    assert.equal(settings.change({ module, name, value, version }, assert.fail).kind, 'wrong', name);
  assert.equal(readFileSync(path, 'utf8'), MINE);
  const none = new SiteSettings(null, []);
  assert.equal(
    none.change({ module: 'asset-lens', name: 'enabled', value: 'false', version: '' }, assert.fail).kind,
    'refused',
  );
  assert.equal(none.undo('', assert.fail).kind, 'refused');
});
