// The scripts of `1sec completion`, run in the shells that they are for: what zsh and fish offer for a line that is typed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { commands } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-shells-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'plant.pcap'), '');

/** Types a line into a zsh on a pseudo-terminal, asks it to complete, and prints what it heard until that was done. */
const ZSH_TYPIST = `
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "source $1"
zpty -r -m asked heard '*ready*'
zpty -w -n asked "$2"$'\\t'
zpty -r -m asked heard '*<end>*'
print -r -- "$heard"
zpty -d asked
`;

/** Every match that is added is told as well. A call that only asks (-O, -A, -D) adds none. */
const ZSH_LISTENER = `
PROMPT=
fpath=(${folder} $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
  local -a hits
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -O hits "$@"
  for hit in $hits; do print -r -- "<hit>$hit</hit>"; done
}
told() { print -r -- '<end>' }
comppostfuncs=(told)
bindkey '^I' complete-word
print ready
`;

const OFFERED: Readonly<Record<string, (line: string) => string[]>> = {
  zsh: (line) => {
    const heard = run('zsh', ['-f', join(folder, 'typist.zsh'), join(folder, 'listener.zsh'), line]);
    return [...heard.matchAll(/<hit>(.*?)<\/hit>/g)].map(([, hit]) => hit!);
  },
  fish: (line) => {
    const program = `source ${join(folder, '1sec.fish')}; complete -C '${line}'`;
    return run('fish', ['--no-config', '-c', program])
      .split('\n')
      .map((each) => each.split('\t')[0]!)
      .filter((each) => each !== '');
  },
};

function run(program: string, words: readonly string[]): string {
  const options = { encoding: 'utf8', cwd: folder, timeout: 60_000, env: { ...process.env, HOME: folder } } as const;
  const ended = spawnSync(program, words, options);
  assert.equal(ended.error, undefined);
  assert.equal(ended.stderr, '');
  return ended.stdout;
}

function script(shell: string): string {
  const words = [resolve(import.meta.dirname, '../main.ts'), 'completion', shell];
  return spawnSync(process.execPath, words, { encoding: 'utf8' }).stdout;
}

for (const [shell, offered] of Object.entries(OFFERED)) {
  const skip = spawnSync(shell, ['--version']).status === 0 ? false : `skipped: ${shell} is not installed`;
  test(`${shell} completes commands, words, options and values, and files elsewhere`, { skip }, () => {
    writeFileSync(join(folder, shell === 'zsh' ? '_1sec' : '1sec.fish'), script(shell));
    writeFileSync(join(folder, 'typist.zsh'), ZSH_TYPIST);
    writeFileSync(join(folder, 'listener.zsh'), ZSH_LISTENER);
    const sorted = (line: string): string[] => offered(line).sort();
    assert.deepEqual(sorted('1sec '), commands.map(({ name }) => name).sort());
    assert.deepEqual(offered('1sec ev'), ['evidence']);
    assert.deepEqual(sorted('1sec tokens '), ['add', 'list', 'revoke']);
    assert.deepEqual(sorted('1sec completion '), ['bash', 'fish', 'zsh']);
    assert.deepEqual(offered('1sec help comp'), ['completion']);
    assert.deepEqual(sorted('1sec tokens add ann --role '), ['operator', 'viewer']);
    // fish shows the whole word, zsh what stands behind the sign.
    const values = sorted('1sec analyze --fail-on=h').map((value) => value.replace(/^.*=/, ''));
    assert.deepEqual(values, ['high']);
    assert.deepEqual(offered('1sec serve --cert'), ['--certificate']);
    assert.deepEqual(offered('1sec analyze pl'), ['plant.pcap']);
    assert.deepEqual(offered('1sec analyze --config pl'), ['plant.pcap']);
    assert.deepEqual(offered('1sec analyze --frames pl'), []);
    // The options of another command, whose name stands elsewhere, are none.
    assert.deepEqual(offered('1sec help serve --cert'), []);
  });
}
