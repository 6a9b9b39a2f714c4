// The ten intrusions: each a chain of hops, begun from a host and carried on from where the one before it came in.

/** How one host gets to the next. */
export type Way = 'ssh' | 'smb' | 'http' | 'modbus-read' | 'modbus-write' | 'scan';

export interface Hop {
  readonly from: string;
  readonly to: string;
  readonly way: Way;
}

export interface Intrusion {
  readonly name: string;
  readonly what: string;
  readonly hops: readonly Hop[];
}

export const PORTS: Readonly<Record<Way, number>> = {
  ssh: 22,
  smb: 445,
  http: 80,
  'modbus-read': 502,
  'modbus-write': 502,
  scan: 0,
};
export const PROTOCOLS: Readonly<Record<Way, string>> = {
  ssh: 'ssh',
  smb: 'smb',
  http: 'http',
  'modbus-read': 'modbus',
  'modbus-write': 'modbus',
  scan: 'tcp',
};

/** `chain('a ssh b modbus-write c')`. */
function chain(words: string): Hop[] {
  const parts = words.split(' ');
  const hops: Hop[] = [];
  for (let at = 0; at + 2 < parts.length; at += 2) {
    hops.push({ from: parts[at]!, way: parts[at + 1] as Way, to: parts[at + 2]! });
  }
  return hops;
}

export const INTRUSIONS: readonly Intrusion[] = [
  { name: 'open-controller', what: 'the Internet reads a controller', hops: chain('attacker modbus-read plc1') },
  { name: 'office-writes', what: 'an office computer writes to a controller', hops: chain('ws2 modbus-write plc2') },
  { name: 'controller-calls-out', what: 'a controller calls a server outside', hops: chain('plc3 http cloud') },
  { name: 'office-scan', what: 'an office computer looks for controllers', hops: chain('ws2 scan plc4') },
  {
    name: 'through-jump-host',
    what: 'from the Internet by way of the jump host',
    hops: chain('attacker ssh jump modbus-write plc1'),
  },
  {
    name: 'past-jump-host',
    what: 'from the office to the engineering station directly',
    hops: chain('ws1 ssh ews modbus-write plc2'),
  },
  {
    name: 'cell-to-cell',
    what: 'from the supervision into one cell, and on into the other',
    hops: chain('scada ssh hmi1 modbus-write plc3'),
  },
  {
    name: 'by-web-upload',
    what: 'from the Internet over the broker, with a script uploaded to the web server of the supervision',
    hops: chain('attacker ssh broker http scada modbus-write plc1'),
  },
  {
    name: 'stolen-session',
    what: 'from the Internet over an office computer and the jump host to the engineering station',
    hops: chain('attacker ssh ws1 ssh jump ssh ews modbus-write plc1'),
  },
  {
    name: 'dropped-file',
    what: 'from the Internet over an office computer that drops a file, and the jump host to the historian',
    hops: chain('attacker ssh ws2 ssh jump ssh historian modbus-write plc4'),
  },
];
