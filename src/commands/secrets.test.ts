// The taint test: secrets that nobody else knows are planted in every way to log in, and then looked for in everything
// that is written and in the memory of the process when it is done.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WAYS } from './example-logins.ts';
import { plantedCapture, type Planted } from './planted-secrets.ts';
import { searchedMemory } from './searched-memory.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;

describe(
  'secrets',
  { skip: process.platform === 'linux' ? false : 'skipped: reads the memory of a process of Linux' },
  () => {
    const folder = mkdtempSync(join(tmpdir(), '1sec-taint-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    let planted: readonly Planted[] = [];
    const told: { protocol: string; user: string; outcome: string }[] = [];
    let memory: string[] | null = null;
    let errors = '';

    before(async () => {
      const capture = join(folder, 'tainted.pcap');
      const made = plantedCapture();
      planted = made.planted;
      writeFileSync(capture, made.capture);
      ({ memory, errors } = await runAndSearch(capture));
      for (const line of readFileSync(join(folder, 'stdout'), 'utf8').split('\n')) {
        if (!line.includes('"fact":"login"')) continue;
        told.push(JSON.parse(line) as (typeof told)[number]);
      }
    });

    /** Runs the commands in a process of their own; resolves to what was found in its memory, null where that is closed. */
    async function runAndSearch(capture: string): Promise<{ memory: string[] | null; errors: string }> {
      const out = (name: string): string => join(folder, name);
      const lines = [
        [
          'analyze',
          '--json',
          '--save',
          out('site.db'),
          '--evidence',
          out('evidence'),
          '--spool',
          out('spool'),
          capture,
        ],
        ['analyze', capture],
        ['facts', capture],
        ['baseline', 'learn', capture, '-o', out('baseline.yaml')],
      ];
      const program = fileURLToPath(new URL('run-and-wait.ts', import.meta.url));
      const stdout = openSync(out('stdout'), 'w', 0o600);
      const child = spawn(process.execPath, ['--expose-gc', program, JSON.stringify(lines)], {
        stdio: ['ignore', stdout, 'pipe'],
      });
      closeSync(stdout);
      let said = '';
      try {
        for await (const chunk of child.stderr!) {
          said += String(chunk);
          if (said.includes('ready\n')) break;
        }
        assert.ok(said.includes('ready\n'), said);
        writeFileSync(out('stderr'), said);
        return {
          memory: searchedMemory(child.pid!, planted)?.found ?? null,
          errors: said.replace(/1sec: .*site\.db: .*\n/, '').replace('ready\n', ''),
        };
      } finally {
        child.kill('SIGKILL');
      }
    }

    test('every planted login is told, with its user', () => {
      assert.equal(errors, '');
      for (const { name, protocol, user, transport } of WAYS) {
        const logins = told.filter((login) => login.protocol === protocol && login.user === user);
        assert.ok(logins.length >= (transport === 'tcp' ? 2 : 1), `${name}: ${logins.length} logins`);
      }
    });

    test('what is looked for would be found: the capture holds all of it', () => {
      const capture = readFileSync(join(folder, 'tainted.pcap'));
      for (const { name } of WAYS) {
        assert.ok(
          planted.some((each) => each.name === name && capture.includes(each.bytes)),
          name,
        );
      }
      const evidence = readdirSync(join(folder, 'evidence')).filter((file) => file.endsWith('.pcapng'));
      assert.ok(evidence.length >= 1);
      assert.ok(
        evidence.some((file) => readFileSync(join(folder, 'evidence', file)).includes('of a login secret overwritten')),
        'frames with secrets are in the evidence, and say what was done to them',
      );
    });

    test('no file that was written holds a secret', () => {
      const found: string[] = [];
      for (const path of filesUnder(folder)) {
        if (path.endsWith('tainted.pcap')) continue;
        const content = readFileSync(path);
        for (const { name, bytes } of planted) if (content.includes(bytes)) found.push(`${name} in ${path}`);
      }
      assert.deepEqual(found, []);
    });

    test('no memory of the process holds a secret when the run is over', (context) => {
      if (memory === null) {
        context.skip('skipped: the memory of another process cannot be read here');
        return;
      }
      assert.deepEqual(memory, []);
    });

    test(
      'a frame byte by byte in evidence is masked byte by byte',
      { skip: hasTshark ? false : 'skipped: tshark is not installed' },
      () => {
        const files = filesUnder(join(folder, 'evidence')).filter((path) => path.endsWith('.pcapng'));
        const payloads = files.map((path) => {
          const words = ['-r', path, '-T', 'fields', '-e', 'tcp.payload'];
          return spawnSync('tshark', words, { encoding: 'utf8' }).stdout.replace(/\s+/g, '');
        });
        for (const { name, secret } of planted) {
          const hex = Buffer.from(secret, 'latin1').toString('hex');
          assert.equal(
            payloads.some((payload) => payload.includes(hex)),
            false,
            name,
          );
        }
      },
    );
  },
);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
