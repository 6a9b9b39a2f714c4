// What devices announce by multicast DNS (RFC 6762) and service discovery (RFC 6763): services and their TXT keys.
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import { emitAddress, type Saying } from './facts.ts';
import { RecordType, type DnsMessage } from './messages.ts';
import { labels } from './names.ts';

/** Keys of printers (Bonjour Printing 1.2), HomeKit, AirPlay, Chromecast and others that name the device. */
const KEYS: ReadonlyMap<string, ClaimAttribute> = new Map([
  ['md', 'model'],
  ['model', 'model'],
  ['am', 'model'],
  ['ty', 'model'],
  ['product', 'model'],
  ['usb_mdl', 'model'],
  ['fv', 'firmware'],
  ['manufacturer', 'vendor'],
  ['usb_mfg', 'vendor'],
  ['serialnumber', 'serial'],
]);

/** The records of a response are the speaker's own (RFC 6762 6); those of a query are what others said. */
export function emitServices(saying: Saying, message: DnsMessage): void {
  for (let entry = message.questions; entry < message.count; entry++) {
    const type = message.type[entry]!;
    if (type === RecordType.a || type === RecordType.aaaa) {
      emitAddress(saying, message, entry, type === RecordType.a ? 'mdns A' : 'mdns AAAA');
    } else if (type === RecordType.ptr) {
      emitPointer(saying, message, entry);
    } else if (type === RecordType.srv) {
      emitService(saying, message.nameAt[entry]!, 'mdns SRV');
    } else if (type === RecordType.txt) {
      emitTexts(saying, message.dataAt[entry]!, message.dataEnd[entry]!);
    } else if (type === RecordType.hinfo) {
      emitHostInformation(saying, message.dataAt[entry]!, message.dataEnd[entry]!);
    }
  }
}

/** RFC 6763 4.1, and 9 for the list of all types of service. */
function emitPointer(saying: Saying, message: DnsMessage, entry: number): void {
  const owner = labels(saying.bytes, saying.start, saying.end, message.nameAt[entry]!);
  const isList = owner[0] === '_services' && owner[1] === '_dns-sd';
  emitService(saying, isList ? message.dataAt[entry]! : message.nameAt[entry]!, 'mdns PTR');
}

/** The last `_service._tcp` or `_service._udp` of the name; subtypes and instances stand before it. */
function emitService(saying: Saying, at: number, source: string): void {
  const parts = labels(saying.bytes, saying.start, saying.end, at);
  for (let index = parts.length - 1; index > 0; index--) {
    const transport = parts[index]!.toLowerCase();
    if (transport !== '_tcp' && transport !== '_udp') continue;
    const service = parts[index - 1]!.toLowerCase();
    if (service.startsWith('_')) saying.claim(saying.speaker, 'service', `${service}.${transport}`, source);
    return;
  }
}

/** RFC 6763 6: strings `key=value`, the key in any case. */
function emitTexts(saying: Saying, start: number, end: number): void {
  const { bytes } = saying;
  for (let at = start; at < end; at += bytes[at]! + 1) {
    const stop = at + 1 + bytes[at]!;
    if (stop > end) return;
    const equals = bytes.indexOf(0x3d, at + 1);
    if (equals < 0 || equals >= stop || equals - at > 16) continue;
    const key = printable(bytes, at + 1, equals);
    const attribute = KEYS.get(key.toLowerCase());
    if (attribute === undefined) continue;
    const value = printable(bytes, equals + 1, stop).replace(/^\((.*)\)$/, '$1');
    saying.claim(saying.speaker, attribute, value, `mdns TXT ${key}`);
  }
}

/** RFC 1035 3.3.2: the processor, and the operating system. */
function emitHostInformation(saying: Saying, start: number, end: number): void {
  const { bytes } = saying;
  const system = start + 1 + bytes[start]!;
  if (start >= end || system >= end || system + 1 + bytes[system]! > end) return;
  const value = printable(bytes, system + 1, system + 1 + bytes[system]!);
  saying.claim(saying.speaker, 'operating-system', value, 'mdns HINFO');
}
