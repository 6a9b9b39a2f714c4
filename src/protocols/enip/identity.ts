// What a device says of itself: answers to List Identity, the Identity object, the TCP/IP object's host name and the
// diagnostic status of PCCC, as claims. Rare messages: plain code.
import { vendorName } from '../../../knowledge/cip-vendors.ts';
import { u16le, u32le } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { Class } from './classes.ts';

/** Device profile of a programmable controller (volume 1, chapter 6). */
const CONTROLLER_PROFILE = 0x0e;
const ROLES: Readonly<Record<number, string>> = { [CONTROLLER_PROFILE]: 'controller', 0x18: 'hmi' };
/** Where only the status was asked for: a controller shows the position of its mode switch in it. */
const MODE_SWITCH = 0x3000;
/** A socket address stands in a List Identity item after the version of the encapsulation. */
const IDENTITY_AT = 2 + 16;
/** Bits 4 to 7 of the status of a controller. */
const RUN_STATES: Readonly<Record<number, string>> = { 1: 'firmware update', 5: 'fault', 6: 'run', 7: 'program' };

/** Vendor, device type, product code, revision, status, serial number, name. */
interface Identity {
  vendor: number;
  deviceType: number;
  productCode: number;
  major: number;
  minor: number;
  status: number;
  serial: number;
  name: string;
}

const UNKNOWN: Identity = {
  vendor: -1,
  deviceType: -1,
  productCode: -1,
  major: -1,
  minor: -1,
  status: -1,
  serial: -1,
  name: '',
};

/** Answer to List Identity: bytes[start..end) is the item. */
export function claimsOfListIdentity(
  context: MessageContext,
  host: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const identity = { ...UNKNOWN };
  if (start + IDENTITY_AT <= end) readAttributes(identity, bytes, start + IDENTITY_AT, end);
  tell(context, host, -1, identity, 'enip list identity');
}

/** Answer to Get Attributes All of Identity. */
export function claimsOfIdentity(
  context: MessageContext,
  host: number,
  unit: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const identity = { ...UNKNOWN };
  readAttributes(identity, bytes, start, end);
  tell(context, host, unit, identity, 'cip identity');
}

/** Answer to Get Attribute Single: `attribute` as it was asked for. */
export function claimsOfAttribute(
  context: MessageContext,
  host: number,
  unit: number,
  classId: number,
  attribute: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (classId === Class.identity) {
    const identity = { ...UNKNOWN };
    readAttribute(identity, attribute, bytes, start, end);
    tell(context, host, unit, identity, 'cip identity');
  } else if (classId === Class.tcpIpInterface && attribute === HOST_NAME) {
    if (start + 2 > end) return;
    const name = printable(bytes, start + 2, Math.min(end, start + 2 + u16le(bytes, start)));
    claim(context, host, unit, 'name', name, 'cip tcp/ip interface');
  }
}

const HOST_NAME = 6;
/** Status, capability and control before the path of the physical link; addresses before the domain's name (5-4.3). */
const LINK_PATH_AT = 12;
const ADDRESSES_SIZE = 20;

/** Answer to Get Attributes All of the TCP/IP interface: the host's name stands behind what has sizes of its own. */
export function claimsOfInterface(
  context: MessageContext,
  host: number,
  unit: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  let at = start + LINK_PATH_AT;
  if (at + 2 > end) return;
  at += 2 + u16le(bytes, at) * 2 + ADDRESSES_SIZE;
  if (at + 2 > end) return;
  const domainSize = u16le(bytes, at);
  at += 2 + domainSize + (domainSize & 1);
  if (at + 2 > end || at + 2 + u16le(bytes, at) > end) return;
  const name = printable(bytes, at + 2, at + 2 + u16le(bytes, at));
  claim(context, host, unit, 'name', name, 'cip tcp/ip interface');
}

/** Answer to Get Attribute List: count, then attribute, status and value; only values of known size can be passed. */
export function claimsOfAttributeList(
  context: MessageContext,
  host: number,
  unit: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (start + 2 > end) return;
  const identity = { ...UNKNOWN };
  const count = u16le(bytes, start);
  let at = start + 2;
  for (let index = 0; index < count && at + 4 <= end; index++) {
    const attribute = u16le(bytes, at);
    const isOk = u16le(bytes, at + 2) === 0;
    at += 4;
    if (!isOk) continue;
    const size = readAttribute(identity, attribute, bytes, at, end);
    if (size === 0) break;
    at += size;
  }
  tell(context, host, unit, identity, 'cip identity');
}

/** A Forward Open with an electronic key was accepted. */
export function claimsOfKey(
  context: MessageContext,
  host: number,
  unit: number,
  vendor: number,
  productCode: number,
): void {
  if (vendor === 0) return;
  claim(context, host, unit, 'vendor', vendorName(vendor), 'cip electronic key', Trust.inferred);
  if (productCode !== 0) {
    claim(context, host, unit, 'product-code', String(productCode), 'cip electronic key', Trust.inferred);
  }
}

/** Answer to the diagnostic status of PCCC: SLC 500 and MicroLogix show their catalogue number. */
export function claimsOfPcccStatus(
  context: MessageContext,
  host: number,
  unit: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (start + 16 > end || bytes[start + 1] !== 0xee) return;
  const model = printable(bytes, start + 5, start + 16).trim();
  if (!/^\d{4}[-A-Z0-9 ]*$/.test(model)) return;
  claim(context, host, unit, 'model', model, 'pccc diagnostic status');
  claim(context, host, unit, 'vendor', vendorName(1), 'pccc diagnostic status', Trust.inferred);
}

/** The first attributes in their order; what does not fit is left out. */
function readAttributes(identity: Identity, bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  for (let attribute = 1; attribute <= 7; attribute++) {
    const size = readAttribute(identity, attribute, bytes, at, end);
    if (size === 0) return;
    at += size;
  }
}

/** Attributes of the Identity object (5A-2); gives the size of the value, 0 where it is not known or not there. */
function readAttribute(identity: Identity, attribute: number, bytes: Uint8Array, at: number, end: number): number {
  if (attribute === 7) {
    if (at >= end || at + 1 + bytes[at]! > end) return 0;
    identity.name = printable(bytes, at + 1, at + 1 + bytes[at]!);
    return 1 + bytes[at]!;
  }
  const size = attribute === 6 ? 4 : attribute >= 1 && attribute <= 5 ? 2 : 0;
  if (size === 0 || at + size > end) return 0;
  switch (attribute) {
    case 1:
      identity.vendor = u16le(bytes, at);
      break;
    case 2:
      identity.deviceType = u16le(bytes, at);
      break;
    case 3:
      identity.productCode = u16le(bytes, at);
      break;
    case 4:
      identity.major = bytes[at]!;
      identity.minor = bytes[at + 1]!;
      break;
    case 5:
      identity.status = u16le(bytes, at);
      break;
    default:
      identity.serial = u32le(bytes, at);
  }
  return size;
}

function tell(context: MessageContext, host: number, unit: number, identity: Identity, source: string): void {
  const { vendor, productCode, major, minor, serial, deviceType, status } = identity;
  if (vendor >= 0) claim(context, host, unit, 'vendor', vendorName(vendor), source);
  claim(context, host, unit, 'model', identity.name, source);
  if (productCode >= 0) claim(context, host, unit, 'product-code', String(productCode), source);
  // The highest bit of the major revision marks a version that is not for sale.
  if (major >= 0) claim(context, host, unit, 'firmware', `${major & 0x7f}.${String(minor).padStart(3, '0')}`, source);
  if (serial >= 0) claim(context, host, unit, 'serial', serial.toString(16).toUpperCase().padStart(8, '0'), source);
  const role = ROLES[deviceType];
  if (role !== undefined) claim(context, host, unit, 'role', role, source);
  const isController = deviceType === CONTROLLER_PROFILE || (deviceType < 0 && (status & MODE_SWITCH) !== 0);
  if (status >= 0 && isController) {
    const state = RUN_STATES[(status >> 4) & 0x0f];
    if (state !== undefined) claim(context, host, unit, 'run-state', state, source);
  }
}
