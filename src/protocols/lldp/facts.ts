// What an LLDP frame says of its sender, as claims and traits.
import { u16be, u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import {
  CAPABILITIES,
  ChassisIdSubtype,
  MED_INVENTORY,
  MED_SOFTWARE_REVISION,
  Organization,
  PROFINET_CHASSIS_MAC,
  PortIdSubtype,
  Tlv,
} from './messages.ts';
import type { LldpFrame } from './parse.ts';

/** What a device says of itself in a protocol made for it. */
const TRUST = 0.9;
/** A description that is read by the shape its maker gives it. */
const TRUST_DESCRIPTION = 0.7;
const TEXT_MAX = 255;
/** IANA address family numbers. */
const FAMILY_IPV4 = 1;
const FAMILY_IPV6 = 2;

/** The device that speaks: the host of the address it is managed by, else that of the sender's MAC address. */
export function tellOfSender(frame: LldpFrame, bytes: Uint8Array, context: MessageContext): void {
  const speaker = new Speaker(context, managedHost(frame, bytes, context) || context.client);
  for (let index = 0; index < frame.count; index++) {
    const start = frame.starts[index]!;
    const end = frame.ends[index]!;
    switch (frame.types[index]) {
      case Tlv.chassisId:
        speaker.trait('lldp-chassis', idText(bytes, start, end, ChassisIdSubtype));
        if (isLocal(bytes, start, end, ChassisIdSubtype.local))
          speaker.claim('name', text(bytes, start + 1, end), 'lldp chassis id', 0.5);
        break;
      case Tlv.portId:
        speaker.trait('lldp-port', idText(bytes, start, end, PortIdSubtype));
        break;
      case Tlv.systemName:
        speaker.claim('name', text(bytes, start, end), 'lldp system name', TRUST);
        break;
      case Tlv.systemDescription:
        describe(text(bytes, start, end), speaker);
        break;
      case Tlv.systemCapabilities:
        if (end - start >= 4) speaker.trait('lldp-capabilities', capabilities(u16be(bytes, start + 2)));
        break;
      case Tlv.organization:
        if (end - start >= 4) ofOrganization(bytes, start, end, speaker);
        break;
      default:
    }
  }
}

class Speaker {
  readonly #context: MessageContext;
  readonly #host: number;

  constructor(context: MessageContext, host: number) {
    this.#context = context;
    this.#host = host;
  }

  claim(attribute: ClaimAttribute, value: string, source: string, trust: number): void {
    if (value === '') return;
    const { timeUs, frame, sink } = this.#context;
    sink.claim({ fact: 'claim', timeUs, frame, host: this.#host, unit: -1, attribute, value, source, trust });
  }

  trait(trait: string, value: string): void {
    if (value === '') return;
    const { timeUs, frame, sink } = this.#context;
    sink.trait({ fact: 'trait', timeUs, frame, host: this.#host, trait, value });
  }
}

/** Clause 8.5.9: length, address family, address. PROFINET devices without an address say 0.0.0.0. */
function managedHost(frame: LldpFrame, bytes: Uint8Array, context: MessageContext): number {
  for (let index = 0; index < frame.count; index++) {
    if (frame.types[index] !== Tlv.managementAddress) continue;
    const start = frame.starts[index]!;
    const size = frame.ends[index]! - start;
    if (size < 2) continue;
    const addressSize = bytes[start]!;
    const family = bytes[start + 1];
    if (addressSize === 5 && family === FAMILY_IPV4 && size >= 6 && u32be(bytes, start + 2) !== 0) {
      const address = bytes.subarray(start + 2, start + 6).join('.');
      new Speaker(context, context.client).trait('management-address', address);
      return context.hosts.ofIpv4(bytes, start + 2);
    }
    if (addressSize === 17 && family === FAMILY_IPV6 && size >= 18) return context.hosts.ofIpv6(bytes, start + 2);
  }
  return 0;
}

function isLocal(bytes: Uint8Array, start: number, end: number, local: number): boolean {
  return end - start > 1 && bytes[start] === local;
}

function idText(
  bytes: Uint8Array,
  start: number,
  end: number,
  subtype: { readonly macAddress: number; readonly networkAddress: number },
): string {
  if (end - start < 2) return '';
  if (bytes[start] === subtype.macAddress && end - start === 7) return macText(bytes, start + 1);
  if (bytes[start] === subtype.networkAddress && bytes[start + 1] === FAMILY_IPV4 && end - start === 6)
    return bytes.subarray(start + 2, end).join('.');
  return text(bytes, start + 1, end);
}

function macText(bytes: Uint8Array, start: number): string {
  return [...bytes.subarray(start, start + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function text(bytes: Uint8Array, start: number, end: number): string {
  let last = end;
  while (last > start && (bytes[last - 1] === 0 || bytes[last - 1] === 0x20)) last--;
  return printable(bytes, start, last, TEXT_MAX);
}

function capabilities(enabled: number): string {
  return CAPABILITIES.filter((_, bit) => (enabled & (1 << bit)) !== 0).join(',');
}

/**
 * Siemens and those who follow it write `vendor, product line, model, order number, HW: n, FW: version, serial`, other
 * makers free text: that is a trait alone.
 */
function describe(description: string, speaker: Speaker): void {
  speaker.trait('lldp-description', description);
  const parts = description.split(',').map((part) => part.trim());
  const firmware = parts.find((part) => /^FW: ?\S/.test(part));
  if (parts.length < 4 || firmware === undefined) return;
  const source = 'lldp system description';
  const hardware = parts.find((part) => /^HW: ?\S/.test(part));
  const orderNumber = parts.find((part) => /^6[A-Z]{2}\d [0-9A-Z-]{5,}$/.test(part));
  speaker.claim('vendor', parts[0]!, source, TRUST_DESCRIPTION);
  speaker.claim('model', parts[2]!, source, TRUST_DESCRIPTION);
  speaker.claim('firmware', firmware.slice(3).trim(), source, TRUST_DESCRIPTION);
  if (hardware !== undefined) speaker.claim('hardware', hardware.slice(3).trim(), source, TRUST_DESCRIPTION);
  if (orderNumber !== undefined) speaker.claim('product-code', orderNumber, source, TRUST_DESCRIPTION);
}

/** Clause 8.6: three bytes of the organisation, a subtype, then what it defines. */
function ofOrganization(bytes: Uint8Array, start: number, end: number, speaker: Speaker): void {
  const organization = (bytes[start]! << 16) | u16be(bytes, start + 1);
  const subtype = bytes[start + 3]!;
  if (organization === Organization.med) {
    const attribute = MED_INVENTORY[subtype];
    if (attribute !== undefined) speaker.claim(attribute, text(bytes, start + 4, end), 'lldp-med inventory', TRUST);
    else if (subtype === MED_SOFTWARE_REVISION) speaker.trait('lldp-software', text(bytes, start + 4, end));
  } else if (organization === Organization.profinet && subtype === PROFINET_CHASSIS_MAC && end - start >= 10) {
    speaker.trait('profinet-chassis', macText(bytes, start + 4));
  }
}
