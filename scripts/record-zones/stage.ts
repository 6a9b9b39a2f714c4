// Builds the network of the recording out of namespaces, starts what runs in them, and takes all of it down again.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { HOSTS, addressOf, linkOf, linksOf, macOf, type Host, type Variant, type Zone } from './network.ts';

const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
const ROUTER_MAC = '02:00:5e:00:00:';

export class Stage {
  readonly variant: Variant;
  readonly #children: ChildProcess[] = [];
  readonly #router: string;
  readonly #names: readonly string[];

  constructor(variant: Variant) {
    this.variant = variant;
    this.#router = this.#spaceOf('router');
    this.#names = [this.#router, ...HOSTS.map(({ name }) => this.#spaceOf(name))];
  }

  build(): void {
    // What an interrupted recording left.
    this.remove();
    for (const name of this.#names) {
      run('ip', 'netns', 'add', name);
      // The kernel's own announcements would be in every capture.
      inside(name, 'sysctl', '-q', '-w', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0');
      inside(name, 'sysctl', '-q', '-w', 'net.ipv6.conf.default.router_solicitations=0', 'net.ipv4.tcp_timestamps=0');
      if (this.variant !== 'ipv6') {
        inside(name, 'sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
      }
      run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    }
    inside(this.#router, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
    for (const [index, zone] of linksOf(this.variant).entries()) this.#link(zone, index);
    for (const host of HOSTS) this.#plug(host);
  }

  /** A program in a host's namespace, until the end. */
  start(host: string, program: string, ...words: readonly string[]): void {
    const child = spawn('ip', ['netns', 'exec', this.#spaceOf(host), program, ...words], {
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#children.push(child);
  }

  /** A program in a host's namespace to its own end, at most a minute. */
  run(host: string, program: string, ...words: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn('ip', ['netns', 'exec', this.#spaceOf(host), program, ...words], {
        env: ENVIRONMENT,
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: 60_000,
      });
      child.on('close', () => resolve());
      child.on('error', () => resolve());
    });
  }

  /** Every frame on the link of a zone, once. */
  tap(zone: Zone, path: string): () => Promise<void> {
    const words = ['netns', 'exec', this.#router, 'tcpdump', '-q', '-U', '-n', '-i', bridgeOf(zone), '-w', path];
    const child = spawn('ip', words, { env: ENVIRONMENT, stdio: 'ignore' });
    return () =>
      new Promise((resolve) => {
        child.on('close', () => resolve());
        child.kill('SIGINT');
      });
  }

  remove(): void {
    for (const child of this.#children) child.kill('SIGTERM');
    for (const name of this.#names) {
      // What runs in these namespaces was started here.
      const pids = spawnSync('ip', ['netns', 'pids', name], { env: ENVIRONMENT, encoding: 'utf8' }).stdout;
      for (const pid of pids.split('\n').filter((line) => line !== '')) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It ended by itself.
        }
      }
      spawnSync('ip', ['netns', 'delete', name], { env: ENVIRONMENT });
    }
  }

  #link(zone: Zone, index: number): void {
    const bridge = bridgeOf(zone);
    run('ip', '-n', this.#router, 'link', 'add', bridge, 'type', 'bridge', 'stp_state', '0', 'mcast_snooping', '0');
    run('ip', '-n', this.#router, 'link', 'set', bridge, 'address', `${ROUTER_MAC}0${index + 1}`);
    this.#address(this.#router, bridge, addressOf(zone, 1, this.variant));
    run('ip', '-n', this.#router, 'link', 'set', bridge, 'up');
  }

  #plug(host: Host): void {
    const space = this.#spaceOf(host.name);
    run('ip', '-n', this.#router, 'link', 'add', host.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    // A virtual cable leaves checksums to be filled in later and joins segments; a capture should show a wire.
    const off = ['tx', 'off', 'rx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off'];
    inside(space, 'ethtool', '-K', 'eth0', ...off);
    inside(this.#router, 'ethtool', '-K', host.name, ...off);
    run('ip', '-n', space, 'link', 'set', 'eth0', 'address', macOf(host));
    this.#address(space, 'eth0', addressOf(host.zone, host.number, this.variant));
    run('ip', '-n', space, 'link', 'set', 'eth0', 'up');
    run('ip', '-n', this.#router, 'link', 'set', host.name, 'master', bridgeOf(linkOf(host.zone, this.variant)), 'up');
    const family = this.variant === 'ipv6' ? '-6' : '-4';
    run('ip', family, '-n', space, 'route', 'add', 'default', 'via', addressOf(host.zone, 1, this.variant));
  }

  #spaceOf(name: string): string {
    return `zones-${this.variant}-${name}`;
  }

  #address(space: string, device: string, address: string): void {
    const isSix = this.variant === 'ipv6';
    const more = isSix ? ['nodad'] : [];
    run('ip', '-n', space, 'address', 'add', `${address}/${isSix ? 64 : 24}`, 'dev', device, ...more);
  }
}

export function routerMac(zone: Zone, variant: Variant): string {
  return `${ROUTER_MAC}0${linksOf(variant).indexOf(linkOf(zone, variant)) + 1}`;
}

/** Why nothing can be recorded here; empty where it can. */
export function missingPrograms(): string {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root, so no network namespaces';
  const wanted = ['ip', 'ethtool', 'tcpdump', 'mergecap', 'sshd', 'ssh', 'ssh-keygen', 'smbd', 'smbclient'];
  const missing = [...wanted, 'mosquitto', 'mosquitto_pub', 'nmap'].filter(
    (program) => spawnSync('which', [program], { env: ENVIRONMENT }).status !== 0,
  );
  return missing.length === 0 ? '' : `missing: ${missing.join(', ')}`;
}

export function run(program: string, ...words: readonly string[]): void {
  const child = spawnSync(program, words, { env: ENVIRONMENT, encoding: 'utf8', timeout: 60_000 });
  if (child.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${child.stderr}`);
}

function inside(space: string, program: string, ...words: readonly string[]): void {
  run('ip', 'netns', 'exec', space, program, ...words);
}

function bridgeOf(zone: Zone): string {
  return `br-${zone}`;
}
