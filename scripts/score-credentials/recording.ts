// Records real logins: starts a server, captures the loopback interface, logs in, and ends what it started.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withDocumentationAddresses } from './documentation-addresses.ts';
import { SERVER, STRONG, type Mechanism } from './servers.ts';

const READY_MS = 20_000;
const LOGIN_MS = 8000;
const QUIET_MS = 400;
const FILE_HEADER_BYTES = 24;

export interface Attempt {
  readonly what: 'listed accepted' | 'strong accepted' | 'listed refused' | 'unlisted refused';
  /** A capture in documentation addresses. */
  readonly path: string;
}

/** The programs that are not there. */
export function missingPrograms({ programs }: Mechanism): string[] {
  return ['tcpdump', ...programs].filter((name) => spawnSync('which', [name]).status !== 0);
}

/** The four logins of a mechanism; a string: why the server could not be had. */
export async function recordedLogins(mechanism: Mechanism, folder: string): Promise<Attempt[] | string> {
  const home = join(folder, mechanism.name);
  mkdirSync(home, { mode: 0o755 });
  const { before = [], command, after = [] } = mechanism.serve(home, mechanism);
  for (const step of before) {
    const done = spawnSync('sh', ['-c', step], { encoding: 'utf8', timeout: 60_000 });
    if (done.status !== 0) return `«${step.slice(0, 80)}» failed: ${done.stderr.slice(-200)}`;
  }
  const server = started(command, join(home, 'output'));
  try {
    if (!(await isReady(mechanism))) return `the server did not answer: ${lastOutput(join(home, 'output'))}`;
    return await attempts(mechanism, home);
  } finally {
    await ended(server);
    for (const step of after) spawnSync('sh', ['-c', step], { timeout: 10_000 });
  }
}

async function attempts(mechanism: Mechanism, home: string): Promise<Attempt[]> {
  const { listed, strong } = mechanism.accounts;
  // A password that is on the lists for everybody, and one that is on none: both wrong.
  const cases = [
    ['listed accepted', listed[0], listed[1]],
    ['strong accepted', strong[0], strong[1]],
    ['listed refused', strong[0], listed[1].length < 8 ? '12345' : 'password'],
    ['unlisted refused', listed[0], `${STRONG.slice(0, -2)}71`],
  ] as const;
  const made: Attempt[] = [];
  for (const [what, user, secret] of cases) {
    const raw = join(home, 'raw.pcap');
    const { link } = mechanism;
    const filter = link?.filter ?? `host ${SERVER} and (port ${mechanism.port} or port ${mechanism.port + 1})`;
    const capture = started(
      `exec tcpdump -i ${link?.name ?? 'lo'} --immediate-mode -U -Z root -w ${raw} '${filter}'`,
      join(home, 'tcpdump'),
    );
    await pause(QUIET_MS);
    spawnSync('sh', ['-c', mechanism.login(user, secret, mechanism, home)], { timeout: LOGIN_MS });
    await pause(QUIET_MS);
    await ended(capture);
    const path = join(home, `${what.replace(' ', '-')}.pcap`);
    writeFileSync(path, withDocumentationAddresses(readFileSync(raw)));
    made.push({ what, path });
  }
  return made;
}

/** One capture of several, in their order. */
export function joinedCaptures(paths: readonly string[]): Buffer {
  const files = paths.map((path) => readFileSync(path));
  return Buffer.concat(files.map((bytes, index) => (index === 0 ? bytes : bytes.subarray(FILE_HEADER_BYTES))));
}

/** In a process group of its own, so that it can be ended with what it started. */
function started(command: string, output: string): ChildProcess {
  return spawn('sh', ['-c', `${command} > ${output} 2>&1`], { detached: true, stdio: 'ignore' });
}

async function ended(child: ChildProcess): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      return;
    }
    await pause(QUIET_MS);
  }
}

async function isReady({ port, name, link }: Mechanism): Promise<boolean> {
  const isUdp = link !== undefined || /^(?:snmp|radius|ipmi|sip|kerberos)/.test(name);
  if (isUdp) {
    await pause(2000);
    return true;
  }
  for (let waited = 0; waited < READY_MS; waited += 200) {
    if (await isOpen(port)) {
      await pause(500);
      return true;
    }
    await pause(200);
  }
  return false;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, SERVER);
    const end = (isConnected: boolean) => (): void => {
      socket.destroy();
      resolve(isConnected);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}

function lastOutput(path: string): string {
  return readFileSync(path, 'utf8').trim().split('\n').at(-1)?.slice(0, 160) ?? '';
}
