// `npm run agree:facts`: what is told of captures around the plant against what tshark shows: the distinct values of
// each capture that is committed, and of each of the collection; with paths of captures, of those alone. What devices
// say again is told once, so that frames cannot be counted. With --write the table in docs/scores.md and the part of it
// in the README of each protocol are written again. Exit code 0 where each difference is explained and each
// explanation is of one, 1 where not, 3
// where tshark or the captures are missing.
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { showable } from '../../src/bytes/text.ts';
import { HostTable } from '../../src/flow/hosts.ts';
import { protocols } from '../../src/protocols/index.ts';
import { tsharkVersion } from '../agree/tshark.ts';
import { REAL_CAPTURES, cataloguedWithout, deafSink, readFacts, realCaptures } from '../real-captures.ts';
import { writeScore } from '../score-judging.ts';
import { explanationOf, staleExplanations, type Difference } from './explained.ts';
import { writeReadmes } from './readmes.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';
import { tableOf, type Counts } from './table.ts';
import { theirValues } from './their-values.ts';
import { StrangePorts } from './tshark-ports.ts';

const DIFFERENCES_SHOWN = 1000;
const ROOT = resolve(import.meta.dirname, '../..');
const TEXT_COMPARED_MAX = 200;

let unexplained = 0;

/** As the catalogue, which tshark made, names the layers in which the rows have their fields. */
const LISTED = new RegExp(
  `^(?:${[
    'arp|ntp|stp|cdp|vrrp|hsrp|lldp|igmp|icmpv6|dhcp|dhcpv6|dns|mdns|nbns|nbss|ssdp|snmp|eapol?|ppp|pap|chap',
    'ftp|pop|imap|smtp|radius|ldap|smb|smb2|mysql|pgsql|resp|tds|sip|sdp|rtsp|rdp|kerberos|vnc|http|coap|tls',
    'ntlmssp|tftp|telnet|ssh|dcerpc|quic|http2',
  ].join('|')})$`,
);

/** Recorded for the project, and committed. */
const OWN = globSync('src/protocols/*/captures/*.{pcap,pcapng}', { cwd: ROOT })
  .sort()
  .map((path) => join(ROOT, path));

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const version = tsharkVersion()?.replace(/\.$/, '') ?? null;
  const named = words.filter((word) => !word.startsWith('--'));
  const paths = named.length > 0 ? named : [...OWN, ...realCaptures()];
  if (version === null || paths.length === 0) {
    console.log('skipped: there is no tshark, or no ../shared/captures');
    return 3;
  }
  const without = named.length > 0 ? new Set() : cataloguedWithout(LISTED);
  const counts = ROWS.map((): Counts => ({ captures: 0, theirs: 0, ours: 0, same: 0, explained: 0 }));
  const differences: Difference[] = [];
  let unread = 0;
  for (const path of paths) {
    const { values, ports } = await ourValues(path);
    // Where neither has anything, there is nothing to compare.
    if (without.has(path) && values.every((our) => our.size === 0)) continue;
    const theirs = theirValues(path, ports, compared);
    if (theirs === null) {
      unread++;
      continue;
    }
    for (const [index, row] of ROWS.entries()) {
      const our = values[index]!;
      const { certain, doubtful } = theirs[index]!;
      // What tshark read of a frame that it calls malformed need not be told here, where what is cut short is a violation.
      const their = new Set([...certain, ...[...doubtful].filter((value) => our.has(value))]);
      const told = row.binding === undefined ? our : new Set([...our].filter((value) => their.has(value)));
      compare(row, captureName(path), their, told, counts[index]!, differences);
    }
  }
  const table = tableOf(ROWS, counts, version, paths.length - unread, differences);
  console.log(`\n${table}`);
  if (words.includes('--write')) {
    await writeScore('agree:facts', table);
    await writeReadmes(ROWS, counts, differences);
  }
  const stale = named.length > 0 ? [] : staleExplanations();
  for (const explanation of stale) console.log(`explains nothing any more: ${explanation}`);
  return unexplained === 0 && stale.length === 0 ? 0 : 1;
}

function captureName(path: string): string {
  const own = relative(ROOT, resolve(path));
  return own.startsWith('..') ? relative(REAL_CAPTURES, resolve(path)) : own;
}

function compare(
  row: Row,
  capture: string,
  their: ReadonlySet<string>,
  our: ReadonlySet<string>,
  count: Counts,
  differences: Difference[],
): void {
  if (their.size > 0 || our.size > 0) count.captures++;
  count.theirs += their.size;
  count.ours += our.size;
  count.same += [...their].filter((value) => our.has(value)).length;
  const differ = (side: Difference['side'], value: string): void => {
    const why = explanationOf({ row, capture, side, value });
    if (why !== '') count.explained++;
    else if (unexplained++ < DIFFERENCES_SHOWN)
      console.log(`${capture}, ${row.protocol} ${row.what}: only ${side}: ${value}`);
    differences.push({ row, capture, side, value, why });
  };
  for (const value of their) if (!our.has(value)) differ('tshark', value);
  for (const value of our) if (!their.has(value)) differ('here', value);
}

async function ourValues(path: string): Promise<{ values: Set<string>[]; ports: StrangePorts }> {
  const values = ROWS.map(() => new Set<string>());
  const ports = new StrangePorts();
  const hosts = new HostTable();
  const note = (read: (row: Row) => string | readonly string[] | undefined): void => {
    for (const [index, row] of ROWS.entries()) {
      const told = read(row);
      for (const value of typeof told === 'string' ? [told] : (told ?? [])) values[index]!.add(compared(value));
    }
  };
  const sink = deafSink({
    conversation: (conversation) => {
      ports.conversation(conversation);
    },
    trait: (trait) => {
      note((row) => row.trait?.(trait));
      if (trait.trait === 'address-binding') note((row) => row.binding?.(hosts.address(trait.host), trait.value));
    },
    claim: (claim) => {
      note((row) => row.claim?.(claim));
    },
    login: (login) => {
      note((row) => row.login?.(login));
    },
    operation: ({ protocol: index, function: code, subfunction, nameBytes, nameStart, nameEnd }) => {
      const protocol = protocols[index]!;
      if (protocol.family === 'process') return;
      const name = Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('utf8');
      const request = { protocol: protocol.name, function: protocol.functionName(code, subfunction), name };
      note((row) => row.request?.(request));
    },
  });
  await readFacts(path, sink, protocols, { hosts });
  return { values, ports };
}

/** tshark cuts long texts at places of its own; spaces around a value are none of it. */
function compared(value: string): string {
  return showable(value.trim()).slice(0, TEXT_COMPARED_MAX);
}
