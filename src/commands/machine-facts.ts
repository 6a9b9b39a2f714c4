// What `1sec doctor` looks at: rights, interfaces, disks, memory and clock of this machine.
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  statfsSync,
} from 'node:fs';
import { networkInterfaces, tmpdir, totalmem } from 'node:os';

export interface InterfaceFact {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly hasAddress: boolean;
  readonly receivedFrames: number;
  readonly receivedDrops: number;
}

export interface MachineFacts {
  /** Why no packet socket opens; null: one does. */
  readonly captureProblem: string | null;
  readonly isRoot: boolean;
  readonly hasNetRaw: boolean;
  /** The executable that would need the capability. */
  readonly runtime: string;
  readonly interfaces: readonly InterfaceFact[];
  readonly places: readonly { readonly path: string; readonly freeBytes: number; readonly isWritable: boolean }[];
  readonly memoryBytes: number;
  readonly clockMs: number;
  /** When the program was made. */
  readonly programMs: number;
  /** Null: nothing tells. */
  readonly isClockKept: boolean | null;
}

const INTERFACES = '/sys/class/net';
/** linux/capability.h. */
const CAP_NET_RAW = 13;
/** IFF_UP of linux/if.h. */
const IFF_UP = 1;
const INTERFACES_MAX = 256;
/** Files and sockets that time services leave while they keep the clock. */
const TIME_SERVICES: readonly string[] = [
  '/run/systemd/timesync/synchronized',
  '/run/chrony/chronyd.sock',
  '/var/run/chrony/chronyd.sock',
  '/run/ntpd.pid',
  '/var/run/ntpd.pid',
];

/** `tryCapture`: opens an interface for a moment; null, or why it cannot. */
export function machineFacts(tryCapture: (name: string) => string | null): MachineFacts {
  const paths = [...new Set([process.cwd(), tmpdir()])];
  return {
    captureProblem: tryCapture('lo'),
    isRoot: process.geteuid?.() === 0,
    hasNetRaw: hasCapability(CAP_NET_RAW),
    runtime: realpathSync(process.execPath),
    interfaces: interfaceFacts(),
    places: paths.map((path) => {
      const { bavail, bsize } = statfsSync(path);
      return { path, freeBytes: bavail * bsize, isWritable: isWritable(path) };
    }),
    memoryBytes: totalmem(),
    clockMs: Date.now(),
    programMs: statSync(process.execPath).mtimeMs,
    isClockKept: process.platform === 'linux' ? TIME_SERVICES.some((path) => existsSync(path)) : null,
  };
}

function interfaceFacts(): InterfaceFact[] {
  const addresses = networkInterfaces();
  const hasAddress = (name: string): boolean =>
    (addresses[name] ?? []).some(({ address }) => !address.startsWith('fe80:'));
  if (!existsSync(INTERFACES)) {
    return Object.keys(addresses).map((name) => ({
      ...{ name, state: 'up', hasAddress: hasAddress(name), receivedFrames: 0, receivedDrops: 0 },
    }));
  }
  return readdirSync(INTERFACES)
    .sort()
    .slice(0, INTERFACES_MAX)
    .filter((name) => existsSync(`${INTERFACES}/${name}/flags`))
    .map((name) => ({
      name,
      state: (numberIn(name, 'flags') & IFF_UP) === 0 || textIn(name, 'operstate') === 'down' ? 'down' : 'up',
      hasAddress: hasAddress(name),
      receivedFrames: numberIn(name, 'statistics/rx_packets'),
      receivedDrops: numberIn(name, 'statistics/rx_dropped') + numberIn(name, 'statistics/rx_missed_errors'),
    }));
}

function textIn(name: string, file: string): string {
  try {
    return readFileSync(`${INTERFACES}/${name}/${file}`, 'utf8').trim();
  } catch {
    // It went away, or the kernel does not count this.
    return '';
  }
}

function numberIn(name: string, file: string): number {
  const value = Number(textIn(name, file));
  return Number.isSafeInteger(value) ? value : 0;
}

/** Of the effective set that Linux shows (proc(5)). */
function hasCapability(bit: number): boolean {
  try {
    const [, set = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return ((BigInt(`0x${set}`) >> BigInt(bit)) & 1n) === 1n;
  } catch {
    return false;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
