// Finds the fields of an SNMP message (RFC 1157 4, RFC 3412 6, RFC 3414 2.4, RFC 3416 3); keeps no state.
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { BerReader, BerTag, berInteger } from '../ber.ts';
import { NO_PDU, PDU_TAG, Pdu, USER_SECURITY_MODEL, Version } from './messages.ts';

export const MESSAGE_BYTES_MAX = 65_535;
/** Some write lengths with zeros in front. */
const LENGTH_OCTETS_MAX = 4;
/** With fewer nothing is known of a message. */
const RECOGNISED_BYTES = 12;

/** What is in a message, as numbers and places in its bytes; one record is filled again and again. */
export class SnmpMessage {
  version = 0;
  communityStart = 0;
  communityEnd = 0;
  messageId = 0;
  flags = 0;
  securityModel = 0;
  engineStart = 0;
  engineEnd = 0;
  userStart = 0;
  userEnd = 0;
  authStart = 0;
  authEnd = 0;
  /** Where the data unit begins; 0 where it was not reached. */
  pduStart = 0;
  /** See Pdu; NO_PDU where it is encrypted. */
  pdu = NO_PDU;
  requestId = 0;
  errorStatus = 0;
  enterpriseStart = 0;
  enterpriseEnd = 0;
  genericTrap = 0;
  specificTrap = 0;
  bindingsStart = 0;
  bindingsEnd = 0;
  /** What is wrong, '' for nothing, and where. */
  problem = '';
  problemAt = 0;
  readonly #reader = new BerReader();

  /** True: all fields up to the bindings are set. False: `problem` says why not. */
  parse(bytes: Uint8Array, start: number, end: number): boolean {
    this.#reset();
    const reader = this.#reader;
    if (!reader.expect(BerTag.sequence, bytes, start, end)) return this.#bad('message-header', start);
    const stop = reader.end;
    if (!this.#integer(bytes, reader.start, stop)) return this.#bad('version', reader.start);
    this.version = this.#number(bytes);
    if (this.version === Version.v3) return this.#version3(bytes, reader.end, stop);
    if (this.version !== Version.v1 && this.version !== Version.v2c) return this.#bad('version', reader.start);
    const at = reader.end;
    if (!reader.expect(BerTag.octetString, bytes, at, stop)) return this.#bad('community', at);
    this.communityStart = reader.start;
    this.communityEnd = reader.end;
    return this.#pdu(bytes, reader.end, stop);
  }

  #version3(bytes: Uint8Array, at: number, stop: number): boolean {
    const reader = this.#reader;
    if (!reader.expect(BerTag.sequence, bytes, at, stop)) return this.#bad('global-data', at);
    const headerEnd = reader.end;
    if (!this.#integer(bytes, reader.start, headerEnd)) return this.#bad('message-id', at);
    this.messageId = this.#number(bytes);
    if (!this.#integer(bytes, reader.end, headerEnd)) return this.#bad('message-size', at);
    const flagsAt = reader.end;
    if (!reader.expect(BerTag.octetString, bytes, flagsAt, headerEnd) || reader.end - reader.start !== 1)
      return this.#bad('message-flags', flagsAt);
    this.flags = bytes[reader.start]!;
    if (!this.#integer(bytes, reader.end, headerEnd)) return this.#bad('security-model', flagsAt);
    this.securityModel = this.#number(bytes);
    if (!reader.expect(BerTag.octetString, bytes, headerEnd, stop)) return this.#bad('security-parameters', headerEnd);
    const dataAt = reader.end;
    if (this.securityModel === USER_SECURITY_MODEL && !this.#userSecurity(bytes, reader.start, dataAt)) return false;
    if (!reader.read(bytes, dataAt, stop)) return this.#bad('scoped-data', dataAt);
    this.pduStart = dataAt;
    if (reader.tag === BerTag.octetString) return true;
    if (reader.tag !== BerTag.sequence) return this.#bad('scoped-data', dataAt);
    const scopedEnd = reader.end;
    // contextEngineID, contextName.
    for (let field = 0, next = reader.start; field < 2; field++, next = reader.end) {
      if (!reader.expect(BerTag.octetString, bytes, next, scopedEnd)) return this.#bad('scoped-data', next);
    }
    return this.#pdu(bytes, reader.end, scopedEnd);
  }

  /** UsmSecurityParameters (RFC 3414 2.4). */
  #userSecurity(bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.expect(BerTag.sequence, bytes, start, end)) return this.#bad('user-security', start);
    const stop = reader.end;
    if (!reader.expect(BerTag.octetString, bytes, reader.start, stop)) return this.#bad('engine-id', start);
    this.engineStart = reader.start;
    this.engineEnd = reader.end;
    if (!this.#integer(bytes, reader.end, stop)) return this.#bad('engine-boots', start);
    if (!this.#integer(bytes, reader.end, stop)) return this.#bad('engine-time', start);
    if (!reader.expect(BerTag.octetString, bytes, reader.end, stop)) return this.#bad('user-name', start);
    this.userStart = reader.start;
    this.userEnd = reader.end;
    if (!reader.expect(BerTag.octetString, bytes, reader.end, stop)) return this.#bad('authentication', start);
    this.authStart = reader.start;
    this.authEnd = reader.end;
    if (!reader.expect(BerTag.octetString, bytes, reader.end, stop)) return this.#bad('privacy', start);
    return true;
  }

  #pdu(bytes: Uint8Array, at: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.read(bytes, at, end)) return this.#bad('data-unit', at);
    const pdu = reader.tag - PDU_TAG;
    if (pdu < Pdu.get || pdu > Pdu.report) return this.#bad('data-unit', at);
    const stop = reader.end;
    this.pduStart = at;
    if (!(pdu === Pdu.trapV1 ? this.#trap(bytes, reader.start, stop) : this.#request(bytes, reader.start, stop)))
      return false;
    const listAt = reader.end;
    if (!reader.expect(BerTag.sequence, bytes, listAt, stop)) return this.#bad('bindings', listAt);
    this.pdu = pdu;
    this.bindingsStart = reader.start;
    this.bindingsEnd = reader.end;
    return true;
  }

  /** request-id, error-status or non-repeaters, error-index or max-repetitions (RFC 3416 3). */
  #request(bytes: Uint8Array, at: number, stop: number): boolean {
    const reader = this.#reader;
    if (!this.#integer(bytes, at, stop)) return this.#bad('request-id', at);
    this.requestId = this.#number(bytes);
    if (!this.#integer(bytes, reader.end, stop)) return this.#bad('error-status', at);
    this.errorStatus = this.#number(bytes);
    if (!this.#integer(bytes, reader.end, stop)) return this.#bad('error-index', at);
    return true;
  }

  /** Trap-PDU (RFC 1157 4.1.6). */
  #trap(bytes: Uint8Array, at: number, stop: number): boolean {
    const reader = this.#reader;
    if (!reader.expect(BerTag.objectIdentifier, bytes, at, stop)) return this.#bad('enterprise', at);
    this.enterpriseStart = reader.start;
    this.enterpriseEnd = reader.end;
    if (!reader.read(bytes, reader.end, stop)) return this.#bad('agent-address', at);
    if (!this.#integer(bytes, reader.end, stop)) return this.#bad('generic-trap', at);
    this.genericTrap = this.#number(bytes);
    if (!this.#integer(bytes, reader.end, stop)) return this.#bad('specific-trap', at);
    this.specificTrap = this.#number(bytes);
    if (!reader.read(bytes, reader.end, stop)) return this.#bad('time-stamp', at);
    return true;
  }

  #integer(bytes: Uint8Array, at: number, stop: number): boolean {
    const reader = this.#reader;
    return reader.expect(BerTag.integer, bytes, at, stop) && !Number.isNaN(berInteger(bytes, reader.start, reader.end));
  }

  #number(bytes: Uint8Array): number {
    return berInteger(bytes, this.#reader.start, this.#reader.end);
  }

  #bad(problem: string, at: number): false {
    this.problem = problem;
    this.problemAt = at;
    return false;
  }

  #reset(): void {
    this.problem = '';
    this.messageId = this.flags = this.securityModel = 0;
    this.communityStart = this.communityEnd = 0;
    this.engineStart = this.engineEnd = this.userStart = this.userEnd = this.authStart = this.authEnd = 0;
    this.pdu = NO_PDU;
    this.pduStart = this.requestId = this.errorStatus = 0;
    this.enterpriseStart = this.enterpriseEnd = this.genericTrap = this.specificTrap = 0;
    this.bindingsStart = this.bindingsEnd = 0;
  }
}

/** One variable binding at a time: a name and a value (RFC 3416 3). */
export class Binding {
  nameStart = 0;
  nameEnd = 0;
  valueTag = 0;
  valueStart = 0;
  valueEnd = 0;
  next = 0;
  readonly #reader = new BerReader();

  read(bytes: Uint8Array, at: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.expect(BerTag.sequence, bytes, at, end)) return false;
    const stop = (this.next = reader.end);
    if (!reader.expect(BerTag.objectIdentifier, bytes, reader.start, stop)) return false;
    this.nameStart = reader.start;
    this.nameEnd = reader.end;
    if (!reader.read(bytes, reader.end, stop)) return false;
    this.valueTag = reader.tag;
    this.valueStart = reader.start;
    this.valueEnd = reader.end;
    return true;
  }
}

/** `yes`: every field up to the bindings is there. `maybe`: it begins like SNMP. */
export function recognise(message: SnmpMessage, bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== BerTag.sequence || end <= start) return Match.no;
  if (end - start < RECOGNISED_BYTES) return messageSize(bytes, start, end) < 0 ? Match.no : Match.later;
  if (message.parse(bytes, start, end)) return Match.yes;
  const lengthOctets = bytes[start + 1]! < 0x80 ? 0 : bytes[start + 1]! & 0x7f;
  const at = start + 2 + lengthOctets;
  if (end - at < 4 || bytes[at] !== BerTag.integer || bytes[at + 1] !== 1) return Match.no;
  const version = bytes[at + 2]!;
  if (version === Version.v3) return bytes[at + 3] === BerTag.sequence ? Match.maybe : Match.no;
  return version <= Version.v2c && bytes[at + 3] === BerTag.octetString ? Match.maybe : Match.no;
}

/** Bytes of the message with its header, as it stands in a stream (RFC 3430 2.1). See ProtocolDecoder.frameSize. */
export function messageSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return end > start && bytes[start] !== BerTag.sequence ? NOT_THIS_PROTOCOL : NEED_MORE;
  if (bytes[start] !== BerTag.sequence) return NOT_THIS_PROTOCOL;
  const first = bytes[start + 1]!;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > LENGTH_OCTETS_MAX) return NOT_THIS_PROTOCOL;
  if (end - start < 2 + octets) return NEED_MORE;
  let length = 0;
  for (let at = start + 2; at < start + 2 + octets; at++) length = length * 256 + bytes[at]!;
  const size = 2 + octets + length;
  return size > MESSAGE_BYTES_MAX ? NOT_THIS_PROTOCOL : size;
}
