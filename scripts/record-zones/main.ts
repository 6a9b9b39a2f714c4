// `npm run record:zones [-- --variant ipv4|ipv6|flat] [--seconds N] [--out FOLDER]`: records a network of its own (Linux,
// root): the Internet, an office, a demilitarized zone with a jump host, control and two cells, with real services in
// network namespaces; N seconds of normal work, then ten intrusions of one to four hops. It writes into FOLDER/VARIANT
// (bench/work/zones is the usual one, and not committed):
//
// - between.pcap      what the router forwards between the zones, each packet once, as it comes in;
// - ZONE.pcap         what passes on the link of each zone;
// - all.pcap          all of these links, in the order of time: a packet between zones is in it twice;
// - zones.tsv         host, address, zone: the truth that inferred zones are compared with;
// - labels.tsv        one row for a hop, in the order of the intrusions, with a header line and these columns:
//     intrusion       name; the same for all hops of one chain
//     hop             from 1
//     start, end      of the whole intrusion, in seconds since 1970 with microseconds
//     from, from_address, from_zone, to, to_address, to_zone
//     protocol, port  what carries the hop; a scan has port 0
//     way             ssh, http, modbus-read, modbus-write or scan
//     is_crossing     1: the hop leads from one zone into another
//     is_violation    1: it does so by a protocol that normal work never uses between these zones in that direction
//     is_normal       1: the same hosts do the same in normal work too, so that nothing but the chain tells it
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { INTRUSIONS, PORTS, PROTOCOLS, type Hop, type Intrusion } from './intrusions.ts';
import { HOSTS, VARIANTS, addressNamed, hostNamed, linksOf, type Variant } from './network.ts';
import { Stage, missingPrograms, routerMac, run } from './stage.ts';

const TALK = join(import.meta.dirname, 'talk.ts');
const NODE = process.execPath;
const SSH_HOSTS = ['ws1', 'ws2', 'jump', 'broker', 'scada', 'historian', 'ews', 'hmi1'];
/** Hops that people take every day as well. */
const NORMAL_HOPS = ['ws1 ssh jump', 'jump ssh ews'];
/** What passes between zones in normal work: from, protocol, to. */
const NORMAL_CONDUITS = [
  'office http dmz',
  'office ssh dmz',
  'office http internet',
  'dmz ssh control',
  'control http dmz',
  'control mqtt dmz',
  'control modbus cell1',
  'control modbus cell2',
];
const PAUSE_MS = 4000;

const { values } = parseArgs({
  options: {
    variant: { type: 'string' },
    seconds: { type: 'string', default: '300' },
    out: { type: 'string', default: resolve(import.meta.dirname, '../../bench/work/zones') },
  },
});
const missing = missingPrograms();
if (missing !== '') {
  console.error(`skipped: ${missing}`);
  process.exitCode = 3;
} else {
  // At once: they mostly wait.
  const wanted = VARIANTS.filter((variant) => values.variant === undefined || values.variant === variant);
  await Promise.all(wanted.map((variant) => record(variant, Number(values.seconds))));
}

interface Happened {
  readonly intrusion: Intrusion;
  readonly startMs: number;
  readonly endMs: number;
}

async function record(variant: Variant, seconds: number): Promise<void> {
  const folder = join(values.out, variant);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'record-zones-'));
  const stage = new Stage(variant);
  try {
    stage.build();
    const taps = linksOf(variant).map((zone) => stage.tap(zone, join(folder, `${zone}.pcap`)));
    await wait(1500);
    serve(stage, work);
    await wait(1500);
    for (const { name, programs } of HOSTS) {
      for (const program of programs) stage.start(name, NODE, TALK, program, name, variant);
    }
    const normal = visits(stage, work, seconds);
    await wait(seconds * 1000);
    await normal;
    const happened: Happened[] = [];
    for (const intrusion of INTRUSIONS) {
      await wait(PAUSE_MS);
      const startMs = Date.now();
      await intrude(stage, work, intrusion);
      happened.push({ intrusion, startMs, endMs: Date.now() });
      console.log(`${variant}: ${intrusion.name}`);
    }
    await wait(PAUSE_MS);
    for (const end of taps) await end();
    writeTruth(folder, variant, happened);
    joinTaps(folder, variant);
  } finally {
    stage.remove();
    rmSync(work, { recursive: true, force: true });
  }
}

/** SSH servers with one key for all, a file server and a broker. */
function serve(stage: Stage, work: string): void {
  mkdirSync('/run/sshd', { recursive: true });
  for (const file of ['host', 'user']) run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(work, file));
  copyFileSync(join(work, 'user.pub'), join(work, 'authorized'));
  const client = ['Host *', `IdentityFile ${join(work, 'user')}`, 'StrictHostKeyChecking no', 'LogLevel ERROR'];
  writeFileSync(join(work, 'ssh'), [...client, 'UserKnownHostsFile /dev/null', 'User root', ''].join('\n'));
  const sshd = ['-D', '-f', '/dev/null', '-h', join(work, 'host')];
  const options = [`AuthorizedKeysFile=${join(work, 'authorized')}`, 'StrictModes=no', 'UsePAM=no', 'PidFile=none'];
  for (const host of SSH_HOSTS) {
    stage.start(host, '/usr/sbin/sshd', ...sshd, ...[...options, 'UseDNS=no'].flatMap((option) => ['-o', option]));
  }
  for (const part of ['share', 'state']) mkdirSync(join(work, part));
  writeFileSync(join(work, 'share', 'report.txt'), 'nothing new\n');
  const state = ['lock', 'state', 'cache', 'pid', 'private'].map(
    (part) => `${part}${part === 'private' ? ' dir' : ' directory'} = ${join(work, 'state')}`,
  );
  const shared = [`path = ${join(work, 'share')}`, 'guest ok = yes', 'read only = no', 'force user = root'];
  const global = [
    'netbios name = files',
    'server string = files',
    'map to guest = Bad User',
    'disable netbios = yes',
    'smb ports = 445',
    'load printers = no',
  ];
  const logs = ['log file = /dev/null', `ncalrpc dir = ${join(work, 'state')}`];
  const samba = ['[global]', ...global, ...logs, ...state, '[work]', ...shared, ''].join('\n');
  writeFileSync(join(work, 'smb.conf'), samba);
  stage.start('files', 'smbd', '--foreground', '-s', join(work, 'smb.conf'));
  writeFileSync(join(work, 'broker.conf'), 'listener 1883\nallow_anonymous true\nlog_dest none\n');
  stage.start('broker', 'mosquitto', '-c', join(work, 'broker.conf'));
}

/** Somebody of the office works on the engineering station now and then, by way of the jump host. */
async function visits(stage: Stage, work: string, seconds: number): Promise<void> {
  const hops: Hop[] = [
    { from: 'ws1', to: 'jump', way: 'ssh' },
    { from: 'jump', to: 'ews', way: 'ssh' },
  ];
  const visit: Intrusion = { name: 'visit', what: '', hops };
  for (let count = 0; count < Math.floor(seconds / 30); count++) {
    await wait(20_000);
    await intrude(stage, work, visit);
  }
}

/** Runs the hops of a chain, each from where the one before it came in: for each a script that the one before starts. */
async function intrude(stage: Stage, work: string, { name, hops }: Intrusion): Promise<void> {
  const script = (hop: number): string => join(work, `${name}-${hop}.sh`);
  for (const [index, hop] of hops.entries()) {
    const isLast = index === hops.length - 1;
    writeFileSync(script(index), commandOf(hop, isLast ? 'hostname; sleep 1' : `sleep 1; sh ${script(index + 1)}`));
  }
  function commandOf({ to, way, from }: Hop, then: string): string {
    const address = addressNamed(to, stage.variant);
    const talk = (...words: readonly string[]): string =>
      [NODE, TALK, words[0], from, stage.variant, ...words.slice(1)].join(' ');
    if (way === 'ssh') return `ssh -F ${join(work, 'ssh')} ${address} "${then}"\n`;
    if (way === 'modbus-read') return `${talk('read', to)}\n`;
    if (way === 'modbus-write') return `${talk('write', to, '3')}\n`;
    // The web server does what the posted line says: its own next hop.
    const next = hops[hops.findIndex((hop) => hop.to === to) + 1];
    if (way === 'http')
      return next === undefined ? `${talk('get', to)}\n` : `${talk('run', to, 'write', next.to)}\nsleep 2\n`;
    const six = stage.variant === 'ipv6' ? '-6 ' : '';
    return `nmap ${six}-n -Pn -sT -p 22,80,102,443,502,4840,20000,44818 ${address} >/dev/null\n`;
  }
  await stage.run(hops[0]!.from, 'sh', script(0));
}

function writeTruth(folder: string, variant: Variant, happened: readonly Happened[]): void {
  const zones = HOSTS.map(({ name, zone }) => [name, addressNamed(name, variant), zone]);
  writeTable(join(folder, 'zones.tsv'), ['host', 'address', 'zone'], zones);
  const head = ['intrusion', 'hop', 'start', 'end', 'from', 'from_address', 'from_zone', 'to', 'to_address', 'to_zone'];
  const rows = happened.flatMap(({ intrusion, startMs, endMs }) =>
    intrusion.hops.map(({ from, to, way }, index) => {
      const place = (host: string): string[] => [host, addressNamed(host, variant), hostNamed(host).zone];
      const times = [startMs, endMs].map((time) => (time / 1000).toFixed(6));
      const isCrossing = hostNamed(from).zone !== hostNamed(to).zone;
      const conduit = `${hostNamed(from).zone} ${PROTOCOLS[way]} ${hostNamed(to).zone}`;
      const isViolation = isCrossing && !NORMAL_CONDUITS.includes(conduit);
      const isNormal = NORMAL_HOPS.includes(`${from} ${way} ${to}`);
      const flags = [isCrossing, isViolation, isNormal].map((flag) => (flag ? '1' : '0'));
      const how = [PROTOCOLS[way], String(PORTS[way]), way];
      return [intrusion.name, String(index + 1), ...times, ...place(from), ...place(to), ...how, ...flags];
    }),
  );
  writeTable(
    join(folder, 'labels.tsv'),
    [...head, 'protocol', 'port', 'way', 'is_crossing', 'is_violation', 'is_normal'],
    rows,
  );
}

function writeTable(path: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  writeFileSync(path, [head, ...rows].map((row) => `${row.join('\t')}\n`).join(''));
}

/** What the links saw, as one, and what came in at the router. */
function joinTaps(folder: string, variant: Variant): void {
  const links = linksOf(variant).map((zone) => join(folder, `${zone}.pcap`));
  const entering = linksOf(variant).map((zone) => {
    const path = join(folder, `in-${zone}.pcap`);
    run('tcpdump', '-r', join(folder, `${zone}.pcap`), '-w', path, `ether dst ${routerMac(zone, variant)}`);
    return path;
  });
  run('mergecap', '-F', 'pcap', '-w', join(folder, 'all.pcap'), ...links);
  run('mergecap', '-F', 'pcap', '-w', join(folder, 'between.pcap'), ...entering);
  for (const path of entering) rmSync(path);
}
