// What becomes of bodies: a transfer of each, unless a request's body logs in or holds another secret; of an upload in a
// form one of each file; what pages and descriptions say of the server.
import type { MessageContext } from '../../facts/protocol.ts';
import { markSecret } from '../facts-of-messages.ts';
import type { LoginAttempt } from '../open-logins.ts';
import type { BodyHash } from './attempts.ts';
import { Body, type BodyPlan } from './body.ts';
import { CODED_CARRIERS, Coding, codingOf } from './codings.ts';
import { Budget } from './collector.ts';
import { ContentKind, contentKind } from './content-kinds.ts';
import type { Exchange } from './exchange.ts';
import type { Conversation } from './exchanges.ts';
import { jsonFields, multipartFields, urlEncodedFields } from './forms.ts';
import type { FoundLogin } from './found-login.ts';
import type { Head } from './head.ts';
import { type HttpLogins, Judged } from './logins.ts';
import { FORM_BYTES_MAX, ascii } from './messages.ts';
import { boundaryOf, eachPart } from './multipart.ts';
import { fileName, rangeStart } from './names.ts';
import { tellOfDescription, tellOfPage } from './pages.ts';
import { wordAt } from './text-in-bytes.ts';
import { findToken } from './web-services-security.ts';

/** A coded body, and an upload in a form, is held back until it is whole, up to here. */
const HELD_BYTES_MAX = 16 * 1024 * 1024;
/** The title of a page stands in so many bytes; */
const PAGE_BYTES_MAX = 16_384;
/** a device description in so many. */
const DESCRIPTION_BYTES_MAX = 65_536;

const GZIP = ascii('gzip');

/** What is known of a body beside its bytes. */
interface Known {
  readonly kind: number;
  /** Of a multipart body. */
  readonly boundary: Uint8Array | null;
  readonly hash: BodyHash | null;
}

export class Bodies {
  readonly #logins: HttpLogins;
  readonly #budget = new Budget();
  readonly #known = new WeakMap<Body, Known>();
  #begun = 0;

  constructor(logins: HttpLogins) {
    this.#logins = logins;
  }

  /** A form as it is, which has to be seen in one piece: then the place of a secret in it is known. */
  mayHoldSecret(head: Head, bytes: Uint8Array): boolean {
    const kind = contentKind(bytes, head.start('content-type'), head.end('content-type'));
    const isForm = kind === ContentKind.form || kind === ContentKind.xml || kind === ContentKind.multipart;
    return isForm && !head.has('content-encoding');
  }

  ofRequest(exchange: Exchange, head: Head, bytes: Uint8Array, hash: BodyHash, context: MessageContext): Body | null {
    const coding = codingIn(head, bytes);
    const typeStart = head.start('content-type');
    const typeEnd = head.end('content-type');
    const kind = contentKind(bytes, typeStart, typeEnd);
    if (kind === ContentKind.stream) return null;
    const isMultipart = kind === ContentKind.multipart;
    const isForm = kind === ContentKind.form || kind === ContentKind.xml;
    const heldMax = isHeld(coding) || isMultipart ? HELD_BYTES_MAX : isForm ? FORM_BYTES_MAX : 0;
    const plan = this.#plan(exchange, head, bytes, coding);
    const more = { direction: 'to-server', heldMax, beginningMax: 0, hash: hash.name } as const;
    const body = new Body(context, { ...plan, ...more }, this.#budget);
    const boundary = isMultipart ? boundaryOf(bytes, typeStart, typeEnd) : null;
    this.#known.set(body, { kind, boundary, hash });
    return body;
  }

  ofResponse(exchange: Exchange, head: Head, bytes: Uint8Array, context: MessageContext): Body | null {
    const coding = codingIn(head, bytes);
    const kind = contentKind(bytes, head.start('content-type'), head.end('content-type'));
    if (kind === ContentKind.stream) return null;
    const isTold = head.status === 200 && (kind === ContentKind.page || kind === ContentKind.xml);
    const most = kind === ContentKind.page ? PAGE_BYTES_MAX : DESCRIPTION_BYTES_MAX;
    const heldMax = isHeld(coding) ? HELD_BYTES_MAX : 0;
    const plan = this.#plan(exchange, head, bytes, coding);
    const more = { direction: 'to-client', heldMax, beginningMax: isTold ? most : 0, hash: '' } as const;
    const body = new Body(context, { ...plan, ...more }, this.#budget);
    if (isTold) this.#known.set(body, { kind, boundary: null, hash: null });
    return body;
  }

  requestEnded(body: Body, exchange: Exchange | null, context: MessageContext, isWhole: boolean): void {
    const known = this.#known.get(body);
    const held = body.held();
    if (held !== null) {
      const isSecret = known !== undefined && this.#isSecret(body, held, known, exchange, context);
      // A password beside a file hides no file.
      const hasFiles = this.#handFiles(body, held, known?.boundary ?? null, context);
      if (isSecret) held.fill(0);
      else if (!hasFiles) body.handHeld(context, held);
    }
    const login = exchange?.login ?? null;
    const testOf = known?.hash?.testOf ?? null;
    if (testOf !== null && login !== null && isWhole) {
      const value = body.hash();
      if (value !== '') login.recompute = testOf(value) ?? undefined;
    }
    body.end(context, isWhole);
  }

  responseEnded(body: Body, conversation: Conversation, context: MessageContext, isWhole: boolean): void {
    const held = body.held();
    if (held !== null) body.handHeld(context, held);
    const beginning = body.beginning();
    if (beginning.length > 0) {
      const kind = this.#known.get(body)?.kind;
      if (kind === ContentKind.page) tellOfPage(conversation, beginning, context);
      else tellOfDescription(conversation, beginning, context);
    }
    body.end(context, isWhole);
  }

  /** Does the content of a request log in, or hold what nobody else is to see? */
  #isSecret(
    body: Body,
    content: Uint8Array,
    known: Known,
    exchange: Exchange | null,
    context: MessageContext,
  ): boolean {
    if (content.length > FORM_BYTES_MAX && known.boundary === null) return false;
    if (firstByte(content) === 0x3c) {
      const token = findToken(content, 0, content.length);
      if (token === null) return false;
      markPart(body, content, token.secretStart, token.secretEnd, context);
      this.#begin(exchange, token.attempt, Judged.token, context);
      return true;
    }
    const { found, mechanism } = fieldsOf(content, known.boundary);
    const { hasSecret } = found;
    if (hasSecret) markPart(body, content, found.secretStart, found.secretEnd, context);
    const attempt = found.attempt(mechanism);
    if (attempt !== null) this.#begin(exchange, attempt, Judged.form, context);
    return hasSecret;
  }

  /** What the head of the request says goes before what its content says. */
  #begin(exchange: Exchange | null, attempt: LoginAttempt, judged: number, context: MessageContext): void {
    if (exchange !== null && exchange.login === null) exchange.login = this.#logins.begin(context, attempt, judged);
    else attempt.secret?.fill(0);
  }

  /** Each file of an upload in a form; false where it holds none. */
  #handFiles(body: Body, content: Uint8Array, boundary: Uint8Array | null, context: MessageContext): boolean {
    if (boundary === null) return false;
    let hasFiles = false;
    eachPart(content, boundary, (part) => {
      if (part.fileName === null) return;
      hasFiles = true;
      const file = body.part(`http-${++this.#begun}`, part.fileName, context, this.#budget);
      file.handHeld(context, content.subarray(part.start, part.end));
      file.end(context, part.isWhole);
    });
    return hasFiles;
  }

  #plan(
    exchange: Exchange,
    head: Head,
    bytes: Uint8Array,
    coding: number,
  ): Pick<BodyPlan, 'id' | 'name' | 'carrier' | 'offset' | 'expected' | 'coding'> {
    const named = head.has('content-disposition')
      ? fileName(bytes, head.start('content-disposition'), head.end('content-disposition'))
      : '';
    const range = head.has('content-range')
      ? rangeStart(bytes, head.start('content-range'), head.end('content-range'))
      : -1;
    return {
      id: `http-${++this.#begun}`,
      name: named || exchange.name,
      carrier: CODED_CARRIERS[Coding.none],
      offset: Math.max(0, range),
      expected: head.hasCoding ? -1 : head.contentLength,
      coding,
    };
  }
}

/** Content-Encoding; gzip as a transfer coding under chunked (RFC 9112 7.2) is taken off alike. */
function codingIn(head: Head, bytes: Uint8Array): number {
  if (head.has('content-encoding')) {
    return codingOf(bytes, head.start('content-encoding'), head.end('content-encoding'));
  }
  const isGzip =
    head.hasCoding && wordAt(bytes, head.start('transfer-encoding'), head.end('transfer-encoding'), GZIP) >= 0;
  return isGzip ? Coding.gzip : Coding.none;
}

function isHeld(coding: number): boolean {
  return coding !== Coding.none && coding !== Coding.other;
}

/** The secret at start..end of the content stands in the message that is being read, or all of that is secret. */
function markPart(body: Body, content: Uint8Array, start: number, end: number, context: MessageContext): void {
  const { lastBytes, lastStart, lastEnd } = body;
  if (lastEnd - lastStart === content.length && end > start) {
    markSecret(context, lastBytes, lastStart + start, lastStart + end);
  } else if (lastEnd > lastStart) markSecret(context, lastBytes, lastStart, lastEnd);
}

function fieldsOf(content: Uint8Array, boundary: Uint8Array | null): { found: FoundLogin; mechanism: string } {
  if (boundary !== null) return { found: multipartFields(content, boundary), mechanism: 'http-form' };
  const first = firstByte(content);
  return first === 0x7b || first === 0x5b
    ? { found: jsonFields(content, 0, content.length), mechanism: 'http-json' }
    : { found: urlEncodedFields(content, 0, content.length), mechanism: 'http-form' };
}

function firstByte(bytes: Uint8Array): number {
  let at = 0;
  // A mark of byte order may stand before XML.
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
  while (at < bytes.length && bytes[at]! <= 0x20) at++;
  return bytes[at] ?? 0;
}
