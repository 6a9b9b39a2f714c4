// Follows control conversations: commands and the replies to them, the data conversations they announce, what is carried.
import { printable } from '../../bytes/text.ts';
import { NEED_MORE, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { markSecret, setAnswered, startOperation, violation } from '../facts-of-messages.ts';
import { lineEnd } from '../text-lines.ts';
import { UpgradedTls } from '../upgraded-tls.ts';
import type { Announcements } from './announced.ts';
import {
  PATH_BYTES_MAX,
  newSession,
  pathOf,
  planOf,
  siteService,
  tellSize,
  type Sent,
  type Session,
} from './control-session.ts';
import { claimClient, claimGreeting, claimSystem } from './identity.ts';
import { tellLine } from './kinds.ts';
import type { Logins } from './logins.ts';
import { Command, Reply, isFileCommand, isListing, operationKind } from './messages.ts';
import * as parse from './parse.ts';
import type { Plan, Transfers } from './transfers.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
/** Commands that wait for their replies, in one conversation. */
const SENT_MAX = 16;
/** So much of a broken line is shown: what follows may be a password. */
const VERB_BYTES = 4;

export class ControlSessions {
  readonly #sessions = new Map<number, Session>();
  readonly #protocol: number;
  readonly #announced: Announcements;
  readonly #transfers: Transfers;
  readonly #logins: Logins;
  readonly #tls = new UpgradedTls();

  constructor(protocol: number, announced: Announcements, transfers: Transfers, logins: Logins) {
    this.#protocol = protocol;
    this.#announced = announced;
    this.#transfers = transfers;
    this.#logins = logins;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const session = this.#sessions.get(context.flow);
    const rest = Math.min(end - start, parse.FRAME_BYTES_MAX);
    if (session?.isOpaque === true) return this.#tls.frameSize(bytes, start, end, parse.FRAME_BYTES_MAX, context);
    const stop = lineEnd(bytes, start, start + rest);
    if (session?.isInLongLine[context.fromClient ? 0 : 1] === true) return stop === 0 ? rest : stop - start;
    if (stop !== 0) return Math.min(stop - start, parse.LINE_BYTES_MAX);
    return end - start < parse.LINE_BYTES_MAX ? NEED_MORE : parse.LINE_BYTES_MAX;
  }

  /** One line, its line feed included, or LINE_BYTES_MAX of a longer one. */
  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context.flow);
    if (session === null || end <= start) return;
    if (session.isOpaque) {
      this.#tls.decode(bytes, start, end, context);
      return;
    }
    const direction = context.fromClient ? 0 : 1;
    const isRest = session.isInLongLine[direction];
    session.isInLongLine[direction] = bytes[end - 1] !== 0x0a;
    if (isRest) {
      // Of a password without an end, perhaps.
      if (context.fromClient) markSecret(context, bytes, start, end);
      return;
    }
    const stop = parse.textEnd(bytes, start, end);
    if (session.isInLongLine[direction])
      violation(
        context,
        'ftp',
        'line-too-long',
        `no end within ${end - start} bytes`,
        bytes,
        start,
        start + VERB_BYTES,
      );
    if (context.fromClient) this.#command(session, bytes, start, stop, context);
    else this.#line(session, bytes, start, stop, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#sessions.get(context.flow);
    if (session?.isOpaque === true) this.#tls.tellKinds(bytes, start, end, context, tell);
    // A reply of several lines is named with its first.
    else if (!context.fromClient && session !== undefined && session.manyCode > 0) return;
    else if (session?.isInLongLine[context.fromClient ? 0 : 1] !== true)
      tellLine(bytes, start, end, context.fromClient, tell);
  }

  isOpaque(flow: number): boolean {
    return this.#sessions.get(flow)?.isOpaque === true;
  }

  /** What was asked or answered meanwhile is not known. */
  gap(flow: number, fromClient: boolean, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    if (session.isOpaque) this.#tls.gap(flow, fromClient);
    session.isInLongLine[fromClient ? 0 : 1] = false;
    session.manyCode = 0;
    for (const sent of session.sent.splice(0)) this.#operation(sent, 0, context);
  }

  closed(flow: number, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#sessions.delete(flow);
    this.#tls.closed(flow);
    for (const sent of session.sent) this.#operation(sent, 0, context);
    if (session.plan !== null) this.#transfers.controlClosed(session.plan, context);
  }

  #of(flow: number): Session | null {
    const known = this.#sessions.get(flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session = newSession();
    this.#sessions.set(flow, session);
    return session;
  }

  #command(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const from = parse.commandStart(bytes, start, end);
    const command = parse.commandAt(bytes, from, end);
    const argument = parse.argumentStart(bytes, from, end);
    let address: parse.DataAddress | null = null;
    if (command !== Command.PASS) this.#logins.wentOn(context);
    switch (command) {
      case Command.USER:
        this.#logins.user(context, bytes, argument, end);
        break;
      case Command.PASS:
        this.#logins.password(context, bytes, argument, end);
        break;
      case Command.ACCT:
        markSecret(context, bytes, argument, end);
        break;
      case Command.PORT:
        address = this.#port(parse.hostPort(bytes, argument, end), bytes, start, end, context);
        break;
      case Command.EPRT:
        address = this.#port(parse.extendedHostPort(bytes, argument, end), bytes, start, end, context);
        break;
      case Command.TYPE:
        session.isImage = ((bytes[argument] ?? 0) & 0xdf) === 0x49 && argument < end;
        break;
      case Command.REST:
        session.restart = Math.max(0, parse.decimalAt(bytes, argument, end));
        break;
      case Command.SIZE:
        session.sized = printable(bytes, argument, end, PATH_BYTES_MAX);
        session.size = -1;
        break;
      case Command.CLNT:
        claimClient(context, bytes, argument, end);
        break;
      case 0:
        if (end > from)
          violation(
            context,
            'ftp',
            'command-unknown',
            'no command of FTP',
            bytes,
            start,
            Math.min(end, start + VERB_BYTES),
          );
    }
    if (end === start) return;
    this.#send(session, command, bytes, argument, end, address, context);
  }

  /** Keeps the command until its reply comes. */
  #send(
    session: Session,
    command: number,
    bytes: Uint8Array,
    argument: number,
    end: number,
    address: parse.DataAddress | null,
    context: MessageContext,
  ): void {
    const { timeUs, frame } = context;
    const isSite = command === Command.SITE;
    const subfunction = isSite ? siteService(bytes, argument, end) : -1;
    const pathStart = isSite ? parse.argumentStart(bytes, argument, end) : argument;
    let path = operationKind(command, subfunction) === undefined ? null : pathOf(bytes, pathStart, end);
    if (command === Command.RNFR) session.renamed = pathOf(bytes, argument, end);
    if (command === Command.RNTO) path = session.renamed ?? path;
    const plan = isFileCommand(command) || isListing(command) ? planOf(session, command, bytes, argument, end) : null;
    if (plan !== null) this.#use(session, plan, context);
    if (session.sent.length >= SENT_MAX) this.#operation(session.sent.shift()!, 0, context);
    session.sent.push({ command, subfunction, timeUs, frame, path, plan, address });
  }

  /** The last data address that was announced is for this. */
  #use(session: Session, plan: Plan, context: MessageContext): void {
    session.plan = plan;
    session.planned = session.announcement;
    session.announcement = null;
    if (session.planned === null) return;
    session.planned.plan = plan;
    session.planned.sinceUs = context.timeUs;
  }

  /** The client listens. */
  #port(
    address: parse.DataAddress | null,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): parse.DataAddress | null {
    if (address === null) {
      violation(context, 'ftp', 'address-malformed', 'no host and port', bytes, start, end, start + 5);
      return null;
    }
    this.#checkHost(address, context.client, bytes, start, end, context);
    return address;
  }

  /** RFC 2577 3: the other side can be made to talk to somebody else. */
  #checkHost(
    address: parse.DataAddress,
    own: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const named = hostOf(address, context);
    if (named === 0 || named === own) return;
    const detail = `the data address is that of another host, port ${address.port}`;
    violation(context, 'ftp', 'port-of-another-host', detail, bytes, start, end, start + 5);
  }

  #line(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const code = parse.replyCode(bytes, start, end);
    if (session.manyCode !== 0) {
      const isLast = code === session.manyCode && (end - start === 3 || bytes[start + 3] === 0x20);
      this.#text(session, session.manyCode, bytes, isLast ? start + 4 : start, end, context);
      if (!isLast) return;
      session.manyCode = 0;
      this.#reply(session, code, bytes, start, end, context);
      return;
    }
    if (code === 0) {
      if (end > start) violation(context, 'ftp', 'reply-without-code', 'no reply code', bytes, start, end);
      return;
    }
    if (end - start > 3 && bytes[start + 3] !== 0x20 && !parse.isFirstOfMany(bytes, start, end))
      violation(context, 'ftp', 'reply-malformed', `no space after ${code}`, bytes, start, end, start + 3);
    this.#text(session, code, bytes, start + 4, end, context);
    if (parse.isFirstOfMany(bytes, start, end)) session.manyCode = code;
    else this.#reply(session, code, bytes, start, end, context);
  }

  /** A line of a reply, for what it says of the server. */
  #text(session: Session, code: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (code !== Reply.ready || session.isGreeted || session.sent.length > 0) return;
    session.isGreeted = claimGreeting(context, bytes, start, end);
  }

  /** The last line of a reply: bytes[start..end). */
  #reply(session: Session, code: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const isPreliminary = code < 200;
    const sent = session.sent[0];
    if (isPreliminary) {
      if (sent?.plan !== null && sent?.plan !== undefined) tellSize(sent.plan, bytes, start, end);
      return;
    }
    if (code === Reply.notAvailable) {
      for (const waiting of session.sent.splice(0)) this.#operation(waiting, code, context);
      this.#logins.replied(context, Command.PASS, code);
      return;
    }
    // A greeting answers nothing.
    if (sent === undefined || (code === Reply.ready && sent.command === Command.USER)) {
      if (code === Reply.loggedIn || code === Reply.notLoggedIn) this.#logins.replied(context, 0, code);
      return;
    }
    session.sent.shift();
    this.#answer(session, sent, code, bytes, start, end, context);
    this.#operation(sent, code, context);
  }

  #answer(
    session: Session,
    sent: Sent,
    code: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    if (sent.plan !== null) {
      this.#transfers.replied(sent.plan, code, session.planned, context);
      if (session.plan === sent.plan) session.plan = null;
      session.restart = 0;
    }
    switch (sent.command) {
      case Command.USER:
      case Command.PASS:
      case Command.ACCT:
        this.#logins.replied(context, sent.command, code);
        return;
      case Command.PORT:
      case Command.EPRT:
        if (code < 300 && sent.address !== null) this.#announce(session, sent.address, false, context);
        return;
      case Command.PASV:
      case Command.EPSV: {
        const address =
          code === Reply.passive
            ? parse.hostPort(bytes, start + 4, end)
            : parse.extendedHostPort(bytes, start + 4, end);
        if (code >= 300 || address === null) return;
        this.#checkHost(address, context.server, bytes, start, end, context);
        this.#announce(session, address, true, context);
        return;
      }
      case Command.SIZE:
        if (code === Reply.fileStatus) session.size = parse.decimalAt(bytes, start + 4, end);
        return;
      case Command.SYST:
        if (code === Reply.systemType) claimSystem(context, bytes, start + 4, end);
        return;
      case Command.AUTH:
        // RFC 4217 4: what follows is TLS.
        if (code === Reply.securityAgreed) session.isOpaque = true;
        return;
      case Command.REIN:
        session.isImage = false;
    }
  }

  #announce(session: Session, address: parse.DataAddress, isPassive: boolean, context: MessageContext): void {
    const { client, server, timeUs } = context;
    if (session.announcement !== null) this.#announced.remove(session.announcement);
    const own = isPassive ? server : client;
    const named = hostOf(address, context);
    // Behind a translation of addresses the named one is not the one that is seen.
    const hosts = named === 0 || named === own ? [own] : [own, named];
    const announcement = { client, server, isPassive, port: address.port, hosts, sinceUs: timeUs, plan: null };
    session.announcement = announcement;
    this.#announced.add(announcement);
  }

  /** `code` 0: nothing is known of the reply. */
  #operation(sent: Sent, code: number, context: MessageContext): void {
    const kind = sent.path === null ? undefined : operationKind(sent.command, sent.subfunction);
    if (kind === undefined || sent.path === null) return;
    const operation = startOperation(context, this.#protocol);
    operation.timeUs = sent.timeUs;
    operation.requestFrame = sent.frame;
    operation.verb = kind.verb;
    operation.function = kind.function;
    operation.subfunction = kind.subfunction;
    operation.space = 1;
    operation.count = 1;
    operation.nameBytes = sent.path;
    operation.nameEnd = sent.path.length;
    if (code !== 0) setAnswered(operation, context, code >= 400 ? code : 0);
    context.sink.operation(operation);
  }
}

function hostOf(address: parse.DataAddress, context: MessageContext): number {
  const bytes = address.address;
  if (bytes === null) return 0;
  return bytes.length === 4 ? context.hosts.ofIpv4(bytes, 0) : context.hosts.ofIpv6(bytes, 0);
}
