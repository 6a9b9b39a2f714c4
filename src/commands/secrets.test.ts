// The taint test: secrets that nobody else knows are planted in every way to log in, and then looked for in everything
// that is written and in the memory of the process when it is done.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TcpExample, UdpExample } from '../protocols/example-conversation.ts';
import { WAYS, linkFrames, type Way } from './example-logins.ts';
import { tcpFrame } from '../protocols/modbus/example-frames.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const CLIENT = { mac: 1, ip: 1 };
const SERVER = { mac: 2, ip: 2 };

/** Frames of the way, one byte a segment where it is `chopped`, and behind them a restart that raises an alert. */
function conversation(way: Way, secret: string, index: number, isChopped: boolean): Uint8Array[] {
  const client = { ...CLIENT, port: 40_000 + index };
  const server = { ...SERVER, port: way.port };
  const restart = new TcpExample({ ...CLIENT, port: 50_000 + index }, { ...SERVER, port: 502 });
  restart.send(true, tcpFrame(1, 1, '08 0001 0000')).send(false, tcpFrame(1, 1, '08 0001 0000'));
  if (way.transport === 'link') return [linkFrames(way, secret, client, server), restart.file()];
  if (way.transport === 'udp') {
    const datagrams = new UdpExample();
    for (const [fromClient, bytes] of way.say(secret))
      datagrams.send(fromClient ? client : server, fromClient ? server : client, bytes);
    return [datagrams.file(), restart.file()];
  }
  const stream = new TcpExample(client, server);
  for (const [fromClient, bytes] of way.say(secret)) {
    if (isChopped) for (const byte of bytes) stream.send(fromClient, [byte]);
    else stream.send(fromClient, bytes);
  }
  return [stream.file(), restart.file()];
}

const FILE_HEADER_BYTES = 24;
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

describe(
  'secrets',
  { skip: process.platform === 'linux' ? false : 'skipped: reads the memory of a process of Linux' },
  () => {
    const folder = mkdtempSync(join(tmpdir(), '1sec-taint-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const planted: { readonly name: string; readonly secret: string; readonly bytes: Buffer }[] = [];
    const told: { protocol: string; user: string; outcome: string }[] = [];
    let memory: string[] | null = null;
    let errors = '';

    before(async () => {
      const parts: Uint8Array[] = [];
      WAYS.forEach((way, index) => {
        for (const isChopped of way.transport === 'tcp' ? [false, true] : [false]) {
          const secret = randomBytes(4).toString('hex');
          parts.push(...conversation(way, secret, index * 2 + (isChopped ? 1 : 0), isChopped));
          const name = isChopped ? `${way.name}, byte by byte` : way.name;
          const forms = [
            latin1(secret),
            Buffer.from(secret, 'utf16le'),
            latin1(latin1(secret).toString('hex')),
            ...(way.forms?.(secret) ?? []),
          ];
          for (const bytes of forms) planted.push({ name, secret, bytes });
        }
      });
      const capture = join(folder, 'tainted.pcap');
      const first = parts[0]!.subarray(0, FILE_HEADER_BYTES);
      writeFileSync(capture, Buffer.concat([first, ...parts.map((part) => part.subarray(FILE_HEADER_BYTES))]));
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
          memory: searchMemory(child.pid!, planted),
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
          const hex = latin1(secret).toString('hex');
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

/**
 * What of the planted is in memory of the process; null where it cannot be read. Searched is what a core of it would hold
 * (core(5)): all that is writable, and all that comes from no file, whatever its rights, such as compiled code.
 */
function searchMemory(
  pid: number,
  planted: readonly { readonly name: string; readonly bytes: Buffer }[],
): string[] | null {
  const found = new Set<string>();
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return null;
  }
  const longest = Math.max(...planted.map(({ bytes }) => bytes.length));
  const chunk = Buffer.alloc(4 << 20);
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
      const [, from = '', to = '', rights = '', inode = ''] =
        /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)/.exec(line) ?? [];
      if (!rights.startsWith('rw') && !(rights.startsWith('r') && inode === '0')) continue;
      const end = Number.parseInt(to, 16);
      // Chunks overlap, so that nothing lies across their border.
      for (let at = Number.parseInt(from, 16); at < end; at += chunk.length - longest) {
        const count = readOrNothing(descriptor, chunk, Math.min(chunk.length, end - at), at);
        if (count === 0) break;
        const part = chunk.subarray(0, count);
        for (const { name, bytes } of planted) if (part.includes(bytes)) found.add(`${name}: ${line}`);
      }
    }
  } finally {
    closeSync(descriptor);
  }
  return [...found];
}

function readOrNothing(descriptor: number, chunk: Buffer, size: number, at: number): number {
  try {
    return readSync(descriptor, chunk, 0, size, at);
  } catch {
    // A page that is mapped but not there.
    return 0;
  }
}
