// Reads the messages between a client and the key distribution centre (RFC 4120 5.4 and 5.9), and finds them in a stream
// (7.2.2). Keeps no state.
import { u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { BerReader, BerTag, berInteger } from '../ber.ts';
import { ADDRESS_NETBIOS, MessageTag, PreAuth } from './messages.ts';

/** On a stream the length stands before each message (RFC 4120 7.2.2). */
export const LENGTH_BYTES = 4;
const MESSAGE_BYTES_MAX = 65_535;
export const FRAME_BYTES_MAX = LENGTH_BYTES + MESSAGE_BYTES_MAX;
const MESSAGE_BYTES_MIN = 16;
const NAME_CHARACTERS_MAX = 128;
const NAME_PARTS_MAX = 8;
const LIST_MAX = 32;
const GENERAL_STRING = 0x1b;
const TICKET = 0x61;
const CONTEXT = 0xa0;

/** What a message says; empty, -1 or NaN where it does not. */
export interface KerberosMessage {
  tag: number;
  /** `User1`, `HTTP/web.example`. */
  client: string;
  realm: string;
  service: string;
  /** Of a request, in its order. */
  encryptions: number[];
  preAuth: number[];
  /** Of PA-ENC-TIMESTAMP; NaN where there is none. */
  preAuthEncryption: number;
  /** Of a reply: how the ticket and the client's part are encrypted. */
  ticketEncryption: number;
  replyEncryption: number;
  errorCode: number;
  netbiosName: string;
  isCut: boolean;
}

export function looksLike(bytes: Uint8Array, start: number, end: number, isTcp: boolean): number {
  if (!isTcp) return isMessage(bytes, start, end, end - start) ? Match.yes : Match.no;
  if (end - start < LENGTH_BYTES) return Match.no;
  return isMessage(bytes, start + LENGTH_BYTES, end, u32be(bytes, start)) ? Match.yes : Match.no;
}

/** Tag, a length that fills what there is, a sequence, and in it the version 5. */
function isMessage(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  if (size < MESSAGE_BYTES_MIN || size > MESSAGE_BYTES_MAX || end - start < MESSAGE_BYTES_MIN) return false;
  const tag = bytes[start]!;
  if (!isTag(tag)) return false;
  const inner = headerEnd(bytes, start, end);
  if (inner < 0 || inner - start + lengthAt(bytes, start) !== size || bytes[inner] !== BerTag.sequence) return false;
  const at = headerEnd(bytes, inner, end);
  if (at < 0 || end - at < 5) return false;
  // pvno is [1] in a request and [0] in the others.
  const isRequest = tag === MessageTag.asRequest || tag === MessageTag.tgsRequest;
  const first = isRequest ? CONTEXT + 1 : CONTEXT;
  return (
    bytes[at] === first && bytes[at + 1] === 3 && bytes[at + 2] === 2 && bytes[at + 3] === 1 && bytes[at + 4] === 5
  );
}

function isTag(tag: number): boolean {
  return (tag >= MessageTag.asRequest && tag <= MessageTag.tgsReply) || tag === MessageTag.error;
}

/** Where the contents of the element begin, which may reach past `end`; -1: its length is of another form. */
function headerEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start + 1]!;
  if (first < 0x80) return start + 2;
  const octets = first & 0x7f;
  return octets === 0 || octets > 4 || start + 2 + octets > end ? -1 : start + 2 + octets;
}

function lengthAt(bytes: Uint8Array, start: number): number {
  const first = bytes[start + 1]!;
  if (first < 0x80) return first;
  let length = 0;
  for (let at = start + 2; at < start + 2 + (first & 0x7f); at++) length = length * 256 + bytes[at]!;
  return length;
}

export function frameSize(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 0) return NOT_THIS_PROTOCOL;
  if (end - start < LENGTH_BYTES) return NEED_MORE;
  const size = u32be(bytes, start);
  if (size < MESSAGE_BYTES_MIN || size > MESSAGE_BYTES_MAX) return NOT_THIS_PROTOCOL;
  if (end - start > LENGTH_BYTES && (bytes[start + LENGTH_BYTES]! & 0xe0) !== 0x60) return NOT_THIS_PROTOCOL;
  return LENGTH_BYTES + size;
}

export function speaker(bytes: Uint8Array, start: number): number {
  const tag = bytes[start]!;
  return tag === MessageTag.asRequest || tag === MessageTag.tgsRequest ? Speaker.client : Speaker.server;
}

/** `bytes[start..end)` is a message without its length; null: none of those that are read. */
export function readMessage(bytes: Uint8Array, start: number, end: number): KerberosMessage | null {
  const outer = new BerReader();
  if (end <= start || !isTag(bytes[start]!)) return null;
  const message: KerberosMessage = {
    tag: bytes[start]!,
    client: '',
    realm: '',
    service: '',
    encryptions: [],
    preAuth: [],
    preAuthEncryption: Number.NaN,
    ticketEncryption: Number.NaN,
    replyEncryption: Number.NaN,
    errorCode: -1,
    netbiosName: '',
    isCut: false,
  };
  const isWhole =
    outer.read(bytes, start, end) && fields(bytes, outer.start, outer.end, FIELDS_OF[message.tag]!, message);
  message.isCut = !isWhole;
  return message;
}

type ReadField = (bytes: Uint8Array, start: number, end: number, message: KerberosMessage) => void;
/** By number of the context tag. */
type Fields = readonly (ReadField | undefined)[];

/** A sequence of fields with context tags; false: one reaches past its end. */
function fields(bytes: Uint8Array, start: number, end: number, known: Fields, message: KerberosMessage): boolean {
  const reader = new BerReader();
  if (!reader.expect(BerTag.sequence, bytes, start, end)) return false;
  const stop = reader.end;
  for (let at = reader.start; at < stop; at = reader.end) {
    if (!reader.read(bytes, at, stop)) return false;
    known[reader.tag - CONTEXT]?.(bytes, reader.start, reader.end, message);
  }
  return true;
}

/** The members of a sequence of any. */
function members(
  bytes: Uint8Array,
  start: number,
  end: number,
  each: (tag: number, from: number, to: number) => void,
): void {
  const reader = new BerReader();
  if (!reader.expect(BerTag.sequence, bytes, start, end)) return;
  const stop = reader.end;
  for (let at = reader.start, count = 0; at < stop && count < LIST_MAX; at = reader.end, count++) {
    if (!reader.read(bytes, at, stop)) return;
    each(reader.tag, reader.start, reader.end);
  }
}

function integer(bytes: Uint8Array, start: number, end: number): number {
  const reader = new BerReader();
  return reader.expect(BerTag.integer, bytes, start, end) ? berInteger(bytes, reader.start, reader.end) : Number.NaN;
}

/** PrincipalName: its strings with slashes between them (RFC 1964 2.1.1). */
function principal(bytes: Uint8Array, start: number, end: number): string {
  const parts: string[] = [];
  members(bytes, start, end, (tag, from, to) => {
    if (tag !== CONTEXT + 1) return;
    members(bytes, from, to, (type, at, stop) => {
      if (type === GENERAL_STRING && parts.length < NAME_PARTS_MAX)
        parts.push(printable(bytes, at, stop, NAME_CHARACTERS_MAX));
    });
  });
  return parts.join('/');
}

function realm(bytes: Uint8Array, start: number, end: number): string {
  const reader = new BerReader();
  return reader.expect(GENERAL_STRING, bytes, start, end)
    ? printable(bytes, reader.start, reader.end, NAME_CHARACTERS_MAX)
    : '';
}

/** EncryptedData: its type. */
function encryption(bytes: Uint8Array, start: number, end: number): number {
  let type = Number.NaN;
  members(bytes, start, end, (tag, from, to) => {
    if (tag === CONTEXT) type = integer(bytes, from, to);
  });
  return type;
}

/** PA-DATA in a request. */
function preAuth(bytes: Uint8Array, start: number, end: number, message: KerberosMessage): void {
  members(bytes, start, end, (outer, at, stop) => {
    if (outer !== BerTag.sequence) return;
    let type = Number.NaN;
    // One PA-DATA: its type [1], its value [2]; `at` stands behind the header of the sequence.
    const reader = new BerReader();
    for (let next = at; next < stop; next = reader.end) {
      if (!reader.read(bytes, next, stop)) return;
      if (reader.tag === CONTEXT + 1) type = integer(bytes, reader.start, reader.end);
      else if (reader.tag === CONTEXT + 2 && type === PreAuth.encryptedTimestamp) {
        const value = new BerReader();
        if (value.expect(BerTag.octetString, bytes, reader.start, reader.end)) {
          message.preAuthEncryption = encryption(bytes, value.start, value.end);
        }
      }
    }
    if (!Number.isNaN(type)) message.preAuth.push(type);
  });
}

/** HostAddresses: the NetBIOS name that Windows puts there, without its padding. */
function addresses(bytes: Uint8Array, start: number, end: number, message: KerberosMessage): void {
  members(bytes, start, end, (outer, at, stop) => {
    if (outer !== BerTag.sequence) return;
    let type = Number.NaN;
    const reader = new BerReader();
    for (let next = at; next < stop; next = reader.end) {
      if (!reader.read(bytes, next, stop)) return;
      if (reader.tag === CONTEXT) type = integer(bytes, reader.start, reader.end);
      else if (reader.tag === CONTEXT + 1 && type === ADDRESS_NETBIOS) {
        const value = new BerReader();
        if (!value.expect(BerTag.octetString, bytes, reader.start, reader.end)) continue;
        message.netbiosName = printable(bytes, value.start, value.end, 16).trim();
      }
    }
  });
}

function ticket(bytes: Uint8Array, start: number, end: number, message: KerberosMessage): void {
  const reader = new BerReader();
  if (reader.expect(TICKET, bytes, start, end)) fields(bytes, reader.start, reader.end, TICKET_FIELDS, message);
}

const setClient: ReadField = (bytes, start, end, message) => {
  message.client = principal(bytes, start, end);
};
const setRealm: ReadField = (bytes, start, end, message) => {
  message.realm = realm(bytes, start, end);
};
const setService: ReadField = (bytes, start, end, message) => {
  message.service = principal(bytes, start, end);
};
const setEncryptions: ReadField = (bytes, start, end, message) => {
  members(bytes, start, end, (tag, from, to) => {
    if (tag === BerTag.integer) message.encryptions.push(berInteger(bytes, from, to));
  });
};
const setTicketEncryption: ReadField = (bytes, start, end, message) => {
  message.ticketEncryption = encryption(bytes, start, end);
};
const setReplyEncryption: ReadField = (bytes, start, end, message) => {
  message.replyEncryption = encryption(bytes, start, end);
};
const setError: ReadField = (bytes, start, end, message) => {
  message.errorCode = integer(bytes, start, end);
};
const body: ReadField = (bytes, start, end, message) => {
  if (!fields(bytes, start, end, BODY_FIELDS, message)) message.isCut = true;
};

const none = undefined;
/** KDC-REQ-BODY: cname [1], realm [2], sname [3], etype [8], addresses [9]. */
const BODY_FIELDS: Fields = [none, setClient, setRealm, setService, none, none, none, none, setEncryptions, addresses];
/** Ticket: sname [2], enc-part [3]. */
const TICKET_FIELDS: Fields = [none, none, setService, setTicketEncryption];
/** KDC-REQ: padata [3], req-body [4]. */
const REQUEST_FIELDS: Fields = [none, none, none, preAuth, body];
/** KDC-REP: crealm [3], cname [4], ticket [5], enc-part [6]. */
const REPLY_FIELDS: Fields = [none, none, none, setRealm, setClient, ticket, setReplyEncryption];
/** KRB-ERROR: error-code [6], cname [8], realm [9], sname [10]. */
const ERROR_FIELDS: Fields = [none, none, none, none, none, none, setError, none, setClient, setRealm, setService];
const FIELDS_OF: Readonly<Record<number, Fields>> = {
  [MessageTag.asRequest]: REQUEST_FIELDS,
  [MessageTag.tgsRequest]: REQUEST_FIELDS,
  [MessageTag.asReply]: REPLY_FIELDS,
  [MessageTag.tgsReply]: REPLY_FIELDS,
  [MessageTag.error]: ERROR_FIELDS,
};
