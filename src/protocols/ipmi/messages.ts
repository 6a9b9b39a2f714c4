// The numbers of RMCP, ASF and IPMI (ASF 2.0 3.2, IPMI 2.0 13, 22, appendix G), with their names.
import { Verb } from '../../facts/verbs.ts';

export const Class = { asf: 6, ipmi: 7 } as const;
export const Asf = { pong: 0x40, ping: 0x80 } as const;

/** Authentication types of a session header (13.6). */
export const Auth = { none: 0, md2: 1, md5: 2, straight: 4, oem: 5, rmcpPlus: 6 } as const;

/** Payload types of RMCP+ (13.27.3). */
export const Payload = {
  message: 0,
  openRequest: 0x10,
  openResponse: 0x11,
  rakp1: 0x12,
  rakp2: 0x13,
  rakp3: 0x14,
  rakp4: 0x15,
} as const;

/** A network function and a command as one number. */
export const Command = {
  chassisControl: 0x0002,
  bootOptions: 0x0008,
  deviceId: 0x0601,
  coldReset: 0x0602,
  warmReset: 0x0603,
  authCapabilities: 0x0638,
  sessionChallenge: 0x0639,
  activateSession: 0x063a,
  userAccess: 0x0643,
  userName: 0x0645,
  userPassword: 0x0647,
  clearLog: 0x0a47,
  lanConfiguration: 0x0c01,
} as const;

export interface CommandKind {
  readonly function: number;
  readonly subfunction: number;
  readonly verb: number;
  readonly name: string;
}

function kind(code: number, subfunction: number, verb: number, name: string): CommandKind {
  return { function: code, subfunction, verb, name };
}

/** Commands that change something, in the order of their numbers. */
export const COMMANDS: readonly CommandKind[] = [
  kind(Command.chassisControl, 0, Verb.stop, 'Chassis Control power down'),
  kind(Command.chassisControl, 1, Verb.start, 'Chassis Control power up'),
  kind(Command.chassisControl, 2, Verb.restart, 'Chassis Control power cycle'),
  kind(Command.chassisControl, 3, Verb.restart, 'Chassis Control hard reset'),
  kind(Command.chassisControl, 4, Verb.diagnose, 'Chassis Control diagnostic interrupt'),
  kind(Command.chassisControl, 5, Verb.stop, 'Chassis Control soft shutdown'),
  kind(Command.bootOptions, -1, Verb.configure, 'Set System Boot Options'),
  kind(Command.coldReset, -1, Verb.restart, 'Cold Reset'),
  kind(Command.warmReset, -1, Verb.restart, 'Warm Reset'),
  kind(Command.userAccess, -1, Verb.configure, 'Set User Access'),
  kind(Command.userName, -1, Verb.configure, 'Set User Name'),
  kind(Command.userPassword, -1, Verb.configure, 'Set User Password'),
  kind(Command.clearLog, -1, Verb['clear-log'], 'Clear SEL'),
  kind(Command.lanConfiguration, -1, Verb.configure, 'Set LAN Configuration Parameters'),
];

export function commandKind(code: number, subfunction: number): CommandKind | undefined {
  return COMMANDS.find(
    (each) => each.function === code && (each.subfunction === -1 || each.subfunction === subfunction),
  );
}

/** Completion codes (5.2, and those of Activate Session). */
export const COMPLETION_NAMES: ReadonlyMap<number, string> = new Map([
  [0x81, 'no session slot, or wrong user'],
  [0x82, 'no slot for this user'],
  [0xc0, 'busy'],
  [0xc1, 'invalid command'],
  [0xc7, 'wrong length'],
  [0xcc, 'invalid data'],
  [0xd4, 'privilege missing'],
  [0xd5, 'not in this state'],
  [0xff, 'unspecified error'],
]);

/** Enterprise numbers of who makes such controllers. */
const VENDORS: ReadonlyMap<number, string> = new Map([
  [2, 'IBM'],
  [11, 'Hewlett-Packard'],
  [42, 'Oracle (Sun)'],
  [119, 'NEC'],
  [343, 'Intel'],
  [368, 'Hitachi'],
  [674, 'Dell'],
  [2623, 'ASUSTeK'],
  [5771, 'Cisco'],
  [7154, 'IPMI forum'],
  [7244, 'Quanta'],
  [10297, 'Advantech'],
  [10368, 'Fujitsu'],
  [10876, 'Super Micro'],
  [15000, 'Kontron'],
  [15370, 'Gigabyte'],
  [19046, 'Lenovo'],
  [20301, 'IBM'],
  [47196, 'Hewlett Packard Enterprise'],
]);

export function vendorName(enterprise: number): string {
  return VENDORS.get(enterprise) ?? `enterprise ${enterprise}`;
}

const ALGORITHMS = ['rakp-none', 'rakp-hmac-sha1', 'rakp-hmac-md5', 'rakp-hmac-sha256'] as const;

/** `rakp-hmac-sha1`; with `rakp-none` (cipher suite 0) nobody needs a password. */
export function algorithmName(algorithm: number): string {
  return ALGORITHMS[algorithm] ?? `rakp-type-${algorithm}`;
}
