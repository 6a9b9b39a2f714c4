// For tests: two network namespaces joined by a virtual cable, so that frames replayed at one end can be heard at the
// other while nothing leaves the machine.
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

export interface NamespacePair {
  /** The interface that replayed frames come in on. */
  readonly listener: string;
  /** Starts a program in the listening namespace. */
  start(program: string, words: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Runs a program in the listening namespace to its end; throws where it fails. */
  run(program: string, words: readonly string[]): string;
  /** Sends the frames of a capture from the other end. */
  replay(capture: string, ...words: readonly string[]): void;
  remove(): void;
}

/** Why there can be no namespaces here, as a test says it; false where there can. */
export function whyNoNamespaces(): string | false {
  if (process.platform !== 'linux') return 'skipped: not Linux';
  if (process.getuid?.() !== 0) return 'skipped: not root, so no network namespaces';
  for (const program of ['ip', 'tcpreplay', 'ping']) {
    if (spawnSync('which', [program], { env: ENVIRONMENT }).status !== 0) return `skipped: no ${program} command`;
  }
  const name = `1sec-${process.pid}-try`;
  if (spawnSync('ip', ['netns', 'add', name], { env: ENVIRONMENT }).status !== 0) {
    return 'skipped: network namespaces are not allowed here';
  }
  spawnSync('ip', ['netns', 'del', name], { env: ENVIRONMENT });
  return false;
}

let made = 0;

export function makeNamespacePair(): NamespacePair {
  const number = made++;
  const [sender, receiver] = [`1sec-${process.pid}-${number}a`, `1sec-${process.pid}-${number}b`];
  const [near, far] = [`a${process.pid}x${number}`, `b${process.pid}x${number}`];
  const remove = (): void => {
    process.off('exit', remove);
    for (const name of [sender, receiver]) spawnSync('ip', ['netns', 'del', name], { env: ENVIRONMENT });
  };
  process.on('exit', remove);
  for (const name of [sender, receiver]) {
    ended('ip', 'netns', 'add', name);
    // Else the kernel would announce itself on the cable.
    for (const scope of ['all', 'default']) {
      const setting = `/proc/sys/net/ipv6/conf/${scope}/disable_ipv6`;
      ended('ip', 'netns', 'exec', name, 'sh', '-c', `if [ -e ${setting} ]; then echo 1 > ${setting}; fi`);
    }
  }
  ended('ip', 'link', 'add', near, 'netns', sender, 'type', 'veth', 'peer', 'name', far, 'netns', receiver);
  ended('ip', '-n', sender, 'link', 'set', near, 'mtu', '9000', 'up');
  ended('ip', '-n', receiver, 'link', 'set', far, 'mtu', '9000', 'up');
  ended('ip', '-n', receiver, 'link', 'set', 'lo', 'up');
  return {
    listener: far,
    start: (program, words, options = {}) =>
      spawn('ip', ['netns', 'exec', receiver, program, ...words], { env: ENVIRONMENT, ...options }),
    run: (program, words) => ended('ip', 'netns', 'exec', receiver, program, ...words),
    replay: (capture, ...words) => {
      ended('ip', 'netns', 'exec', sender, 'tcpreplay', '-q', '-i', near, ...words, capture);
    },
    remove,
  };
}

function ended(program: string, ...words: readonly string[]): string {
  const child = spawnSync(program, words, { env: ENVIRONMENT, encoding: 'utf8', timeout: 60_000 });
  if (child.status !== 0)
    throw new Error(`${program} ${words.join(' ')}: ${child.stderr}${child.error?.message ?? ''}`);
  return child.stdout;
}
