// Follows one SSH session after another: which part of each direction is in clear, who is the client, and what is known of both.
import { printable } from '../../bytes/text.ts';
import type { KindSink, MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, violation } from '../facts-of-messages.ts';
import { MessageNumber, RULES, SYSTEMS, isOfClient, type Rule } from './messages.ts';
import { ForwardedChannels } from './forwarding.ts';
import { OutcomeOfSizes } from './outcome.ts';
import {
  FRAME_BYTES_MAX,
  IDENTIFICATION_BYTES_MAX,
  fingerprints,
  isIdentification,
  lineSize,
  looksLike,
  messageNumber,
  packetSize,
  payloadEnd,
  type Fingerprints,
} from './parse.ts';
import { IDENTIFICATION, messageKind } from './kinds.ts';

/** Sessions followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
const SOFTWARE_CHARACTERS_MAX = 128;

const Phase = { identification: 0, clear: 1, opaque: 2 } as const;

interface Kex {
  readonly timeUs: number;
  readonly frame: number;
  readonly prints: Fingerprints;
}

/** What is known of the one that opened the connection (index 0) and of the other (1). */
interface Session {
  readonly phases: [number, number];
  readonly kex: [Kex | null, Kex | null];
  isRoleKnown: boolean;
  /** The one that was connected to is the client of SSH. */
  isReversed: boolean;
  /** The session speaks SSH-1, which is not decoded. */
  isOld: boolean;
  /** Where encryption began. */
  timeUs: number;
  frame: number;
  outcome: OutcomeOfSizes | null;
  /** Once the user was let in. */
  channels: ForwardedChannels | null;
  isLoginTold: boolean;
}

export class Sessions {
  readonly #sessions = new Map<number, Session>();

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const session = this.#of(context, bytes, start, end);
    const phase = session === null ? Phase.opaque : session.phases[sideOf(context)];
    if (phase === Phase.opaque) return Math.min(end - start, FRAME_BYTES_MAX);
    return phase === Phase.identification ? lineSize(bytes, start, end) : packetSize(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context, bytes, start, end);
    if (session === null) return;
    const phase = session.phases[sideOf(context)];
    if (phase === Phase.opaque) countSegment(session, end - start, context);
    else if (phase === Phase.identification) readLine(session, bytes, start, end, context);
    else readPacket(session, bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#of(context, bytes, start, end);
    if (session === null) return;
    const phase = session.phases[sideOf(context)];
    if (phase === Phase.identification) {
      if (isIdentification(bytes, start, end)) tell(IDENTIFICATION);
    } else if (phase === Phase.clear && end - start > 5) tell(messageKind(messageNumber(bytes, start)));
  }

  gap(flow: number): void {
    const session = this.#sessions.get(flow);
    const outcome = session?.outcome ?? null;
    if (outcome !== null) outcome.hasGap = true;
  }

  /** Of what is encrypted only the sizes of segments count: those behind a loss as well. */
  resumes(flow: number, fromClient: boolean): boolean {
    return this.#sessions.get(flow)?.phases[fromClient ? 0 : 1] === Phase.opaque;
  }

  closed(flow: number, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#sessions.delete(flow);
    tellFingerprints(session, context);
    if (session.outcome?.hasBegun === true) tellLogin(session, flow, context);
  }

  /** Null: the session is not followed, because there are too many, or its beginning was not seen. */
  #of(context: MessageContext, bytes: Uint8Array, start: number, end: number): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) {
      const side = sideOf(context);
      // The line was lost: the packets follow at once.
      if (known.phases[side] === Phase.identification && isKexInitAlone(bytes, start, end)) {
        known.phases[side] = Phase.clear;
      }
      return known;
    }
    if (this.#sessions.size >= SESSIONS_MAX || looksLike(bytes, start, end) === 0) return null;
    const first = isKexInitAlone(bytes, start, end) ? Phase.clear : Phase.identification;
    const session: Session = {
      phases: [Phase.identification, Phase.identification],
      kex: [null, null],
      isRoleKnown: false,
      isReversed: false,
      isOld: false,
      timeUs: 0,
      frame: 0,
      outcome: null,
      channels: null,
      isLoginTold: false,
    };
    session.phases[sideOf(context)] = first;
    this.#sessions.set(context.flow, session);
    return session;
  }
}

function sideOf(context: MessageContext): 0 | 1 {
  return context.fromClient ? 0 : 1;
}

/** A packet begins with a zero byte, a line of text does not. */
function isKexInitAlone(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > 5 && bytes[start] === 0 && bytes[start + 5] === MessageNumber.kexInit;
}

function readLine(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  if (!isIdentification(bytes, start, end)) return;
  if (end - start > IDENTIFICATION_BYTES_MAX) {
    const detail = `${end - start} bytes where ${IDENTIFICATION_BYTES_MAX} are allowed`;
    broken('identification-too-long', detail, bytes, start, end, start, context);
  }
  const side = sideOf(context);
  // SSH-1.99 (RFC 4253 5.1) speaks both; any other 1.x speaks SSH-1 alone.
  const isNew = bytes[start + 4] === 0x32 || (bytes[start + 6] === 0x39 && bytes[start + 7] === 0x39);
  if (!isNew) session.isOld = true;
  session.phases[side] = Phase.clear;
  if (session.isOld) {
    for (const each of [0, 1] as const) {
      if (session.phases[each] === Phase.clear) session.phases[each] = Phase.opaque;
    }
  }
  claimSoftware(bytes, start, end, context);
}

/** `SSH-protoversion-softwareversion SP comments CR LF` (RFC 4253 4.2). */
function claimSoftware(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  let stop = end;
  while (stop > start && (bytes[stop - 1] === 0x0a || bytes[stop - 1] === 0x0d)) stop--;
  const dash = bytes.indexOf(0x2d, start + 4);
  if (dash < 0 || dash >= stop) return;
  const space = bytes.indexOf(0x20, dash);
  const softwareEnd = space < 0 || space > stop ? stop : space;
  const host = context.fromClient ? context.client : context.server;
  const software = printable(bytes, dash + 1, softwareEnd, SOFTWARE_CHARACTERS_MAX);
  claim(context, host, -1, 'application', software, 'ssh banner', Trust.selfDeclared);
  const comment = printable(bytes, softwareEnd + 1, stop, SOFTWARE_CHARACTERS_MAX).toLowerCase();
  const system = software.startsWith('OpenSSH_for_Windows')
    ? 'Windows'
    : (SYSTEMS.find(([begin]) => comment.startsWith(begin))?.[1] ?? '');
  claim(context, host, -1, 'operating-system', system, 'ssh banner', Trust.selfDeclared);
}

function readPacket(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  const stop = payloadEnd(bytes, start, end);
  if (stop < 0) {
    broken('padding-outside', RULES['padding-outside'], bytes, start, end, start + 4, context);
    return;
  }
  const side = sideOf(context);
  const message = messageNumber(bytes, start);
  if (message === MessageNumber.kexInit) {
    const prints = fingerprints(bytes, start, stop);
    if (prints !== null) session.kex[side] = { timeUs: context.timeUs, frame: context.frame, prints };
    else broken('kexinit-cut', RULES['kexinit-cut'], bytes, start, end, start + 5, context);
  } else if (message === MessageNumber.newKeys) {
    beginOpaque(session, side, context);
  } else if (isOfClient(message) && !session.isRoleKnown) {
    session.isRoleKnown = true;
    session.isReversed = !context.fromClient;
    tellFingerprints(session, context);
  }
}

function beginOpaque(session: Session, side: 0 | 1, context: MessageContext): void {
  session.phases[side] = Phase.opaque;
  if (session.outcome !== null) return;
  session.outcome = new OutcomeOfSizes();
  session.timeUs = context.timeUs;
  session.frame = context.frame;
}

function countSegment(session: Session, size: number, context: MessageContext): void {
  if (session.outcome === null) return;
  const isClient = context.fromClient !== session.isReversed;
  if (session.isLoginTold) {
    if (session.channels?.segment(isClient, size) === true) tellForwarding(session, session.channels, context);
    return;
  }
  if (!session.outcome.segment(isClient, size, context.timeUs)) return;
  tellLogin(session, context.flow, context);
  const { acceptBytes } = session.outcome;
  if (acceptBytes > 0) session.channels = new ForwardedChannels(acceptBytes);
}

/** Told of the host whose network the connections lead into. */
function tellForwarding(session: Session, { isByClient }: ForwardedChannels, context: MessageContext): void {
  context.sink.trait({
    fact: 'trait',
    timeUs: context.timeUs,
    frame: context.frame,
    host: isByClient === session.isReversed ? context.client : context.server,
    trait: 'ssh-forwarding',
    value: isByClient ? 'opened by the client' : 'opened by the server',
  });
}

/** Hands the fingerprints over that were not yet. */
function tellFingerprints(session: Session, context: MessageContext): void {
  for (const side of [0, 1] as const) {
    const kex = session.kex[side];
    if (kex === null) continue;
    session.kex[side] = null;
    const isClient = (side === 0) !== session.isReversed;
    context.sink.trait({
      fact: 'trait',
      timeUs: kex.timeUs,
      frame: kex.frame,
      host: side === 0 ? context.client : context.server,
      trait: isClient ? 'hassh' : 'hassh-server',
      value: isClient ? kex.prints.asClient : kex.prints.asServer,
    });
  }
}

function tellLogin(session: Session, flow: number, context: MessageContext): void {
  if (session.isLoginTold || session.outcome === null) return;
  session.isLoginTold = true;
  context.sink.login({
    fact: 'login',
    timeUs: session.timeUs,
    frame: session.frame,
    flow,
    client: session.isReversed ? context.server : context.client,
    server: session.isReversed ? context.client : context.server,
    protocol: 'ssh',
    mechanism: 'ssh',
    user: '',
    outcome: session.outcome.closed(),
  });
}

function broken(
  rule: Rule,
  detail: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  at: number,
  context: MessageContext,
): void {
  violation(context, 'ssh', rule, detail, bytes, start, end, at);
}
