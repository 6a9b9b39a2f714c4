// What hosts say by the NetBIOS name service (RFC 1002 4.2): registrations, answers, and the status of a node.
import { Trust } from '../facts-of-messages.ts';
import type { Saying } from './facts.ts';
import { RecordType, type DnsMessage } from './messages.ts';
import { isNetbiosName, netbiosName, netbiosText } from './names.ts';

const NODE_STATUS = 33;
const GROUP = 0x80;
const NAME_ENTRY_BYTES = 18;
const ADDRESS_ENTRY_BYTES = 6;
/** The suffixes of a computer's own name: workstation, and file server. */
const WORKSTATION = 0x00;
const FILE_SERVER = 0x20;
/** RFC 1002 4.2.1.1: query, registration, release, wait, refresh (8, and 9 by a slip of the RFC). */
const OPCODES_OF_OWN_NAMES: readonly number[] = [0, 5, 8, 9];
const QUERY = 0;

export function emitNetbios(saying: Saying, message: DnsMessage): void {
  const { opcode, isResponse } = message;
  // A refusal (RCODE) gives nobody a name; only requests register.
  if (!OPCODES_OF_OWN_NAMES.includes(opcode) || (message.flags & 15) !== 0) return;
  if ((opcode === QUERY) !== isResponse) return;
  for (let entry = message.questions; entry < message.count; entry++) {
    if (message.type[entry] === RecordType.netbios) emitNamed(saying, message, entry);
    else if (message.type[entry] === NODE_STATUS) emitStatus(saying, message.dataAt[entry]!, message.dataEnd[entry]!);
  }
}

/** Flags and an address each (RFC 1002 4.2.2, 4.2.13). The record's name may be a pointer to the question's. */
function emitNamed(saying: Saying, message: DnsMessage, entry: number): void {
  const { bytes, start, end } = saying;
  let at = message.nameAt[entry]!;
  if (bytes[at]! >= 0xc0) at = start + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!);
  if (!isNetbiosName(bytes, at, end)) return;
  const name = netbiosName(bytes, at);
  const stop = message.dataEnd[entry]!;
  for (let data = message.dataAt[entry]!; data + ADDRESS_ENTRY_BYTES <= stop; data += ADDRESS_ENTRY_BYTES) {
    const host = saying.context.hosts.ofIpv4(bytes, data + 2);
    if (host !== 0) emitName(saying, host, netbiosText(name, 0), name[15]!, (bytes[data]! & GROUP) !== 0);
  }
}

/** RFC 1002 4.2.18: the names of the node, then its statistics, which begin with its MAC address. */
function emitStatus(saying: Saying, start: number, end: number): void {
  const { bytes, speaker } = saying;
  if (start >= end) return;
  let at = start + 1;
  for (let left = bytes[start]!; left > 0 && at + NAME_ENTRY_BYTES <= end; left--, at += NAME_ENTRY_BYTES)
    emitName(saying, speaker, netbiosText(bytes, at), bytes[at + 15]!, (bytes[at + 16]! & GROUP) !== 0);
  if (at !== start + 1 + bytes[start]! * NAME_ENTRY_BYTES || at + 6 > end) return;
  const mac = [...bytes.subarray(at, at + 6)].map((byte) => (byte + 0x100).toString(16).slice(1)).join(':');
  // Some implementations send zeros.
  if (mac !== '00:00:00:00:00:00') saying.trait(speaker, 'netbios-mac', mac);
}

function emitName(saying: Saying, host: number, name: string, suffix: number, isGroup: boolean): void {
  if (name === '' || name === '*') return;
  if (isGroup) {
    if (suffix === WORKSTATION) saying.trait(host, 'netbios-group', name);
  } else if (suffix === WORKSTATION || suffix === FILE_SERVER) {
    saying.claim(host, 'name', name, 'nbns', host === saying.speaker ? Trust.selfDeclared : Trust.inferred);
  }
}
