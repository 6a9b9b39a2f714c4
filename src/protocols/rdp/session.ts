// Follows RDP connections: negotiation and settings while they are in clear, TLS by its own reader, then only sizes.
import { u32le } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, violation, trait } from '../facts-of-messages.ts';
import { Tpdu, tpktSize } from '../iso-packets.ts';
import { Conversations as TlsConversations } from '../tls/session.ts';
import {
  Block,
  Negotiation,
  RULES,
  SecurityProtocol,
  encryptionName,
  failureName,
  mechanismOf,
  protocolNames,
  systemOfBuild,
  versionName,
} from './messages.ts';
import { Connect, Connection, FRAME_BYTES_MAX, Settings, readClientCore, readConnect, readPacket } from './parse.ts';
import { negotiationName, packetKind } from './kinds.ts';

/** Connections followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
const USER_CHARACTERS_MAX = 128;
/** With CredSSP so many bytes of the server come only after it has let the user in. */
const ACCEPTED_BYTES = 32_768;
const CHANNELS_MAX = 31;
const CHANNEL_BYTES = 12;

const Phase = { clear: 0, tls: 1, opaque: 2 } as const;

interface Session {
  readonly phases: [number, number];
  timeUs: number;
  frame: number;
  user: string;
  /** What was selected; -1: no confirmation was seen. */
  selected: number;
  /** The negotiation failed: nobody came as far as a login. */
  isFailed: boolean;
  isLoginTold: boolean;
  /** Bytes of the server after the confirmation. */
  serverBytes: number;
}

export class Sessions {
  readonly #sessions = new Map<number, Session>();
  readonly #tls = new TlsConversations();
  readonly #connection = new Connection();
  readonly #settings = new Settings();

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const session = this.#of(context);
    const side = context.fromClient ? 0 : 1;
    const phase = session === null ? Phase.opaque : session.phases[side];
    if (phase === Phase.opaque) return Math.min(end - start, FRAME_BYTES_MAX);
    // A confirmation that was not seen may have selected TLS.
    if (phase === Phase.tls || isTlsRecord(bytes, start, end)) {
      const size = this.#tls.frameSize(bytes, start, end, context);
      return size === NOT_THIS_PROTOCOL ? Math.min(end - start, FRAME_BYTES_MAX) : size;
    }
    return tpktSize(bytes, start, end, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context);
    if (session === null || end <= start) return;
    const side = context.fromClient ? 0 : 1;
    if (session.phases[side] === Phase.clear && isTlsRecord(bytes, start, end)) session.phases[side] = Phase.tls;
    const phase = session.phases[side];
    if (phase !== Phase.clear) this.#count(session, end - start, context);
    if (phase === Phase.tls) {
      if (this.#tls.frameSize(bytes, start, end, context) > 0) this.#tls.decode(bytes, start, end, context);
      else session.phases[side] = Phase.opaque;
    } else if (phase === Phase.clear) this.#packet(session, side, bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#of(context);
    if (session === null || end <= start) return;
    const phase = session.phases[context.fromClient ? 0 : 1];
    if (phase === Phase.tls || (phase === Phase.clear && isTlsRecord(bytes, start, end)))
      this.#tls.tellKinds(bytes, start, end, context, (kind) => {
        tell(kind, '', 'tls');
      });
    else if (phase === Phase.clear) {
      const connection = this.#connection;
      connection.kind = 0;
      const type = readPacket(bytes, start, end, connection);
      if (type > 0) tell(packetKind(type), negotiationName(type === Tpdu.data ? 0 : connection.kind));
    }
  }

  gap(flow: number, fromClient: boolean): boolean {
    const session = this.#sessions.get(flow);
    if (session === undefined) return false;
    const side = fromClient ? 0 : 1;
    if (session.phases[side] === Phase.tls) this.#tls.gap(flow, fromClient);
    return session.phases[side] !== Phase.clear;
  }

  closed(flow: number, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#sessions.delete(flow);
    this.#tls.closed(flow);
    this.#login(session, flow, 'unknown', context);
  }

  #of(context: MessageContext): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session: Session = {
      phases: [Phase.clear, Phase.clear],
      timeUs: context.timeUs,
      frame: context.frame,
      user: '',
      selected: -1,
      isFailed: false,
      isLoginTold: false,
      serverBytes: 0,
    };
    this.#sessions.set(context.flow, session);
    return session;
  }

  #packet(session: Session, side: 0 | 1, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const connection = this.#connection;
    const type = readPacket(bytes, start, end, connection);
    if (type === Tpdu.connectionRequest) {
      session.timeUs = context.timeUs;
      session.frame = context.frame;
      session.user = printable(bytes, connection.userStart, connection.userEnd, USER_CHARACTERS_MAX);
      const offered = connection.kind === Negotiation.request ? connection.value : 0;
      trait(context, context.client, 'rdp-offered', protocolNames(offered));
      trait(context, context.client, 'rdp-cookie', session.user);
    } else if (type === Tpdu.connectionConfirm) this.#confirmed(session, connection, context);
    else this.#connect(session, side, bytes, start, end, context);
  }

  #confirmed(session: Session, connection: Connection, context: MessageContext): void {
    if (connection.kind === Negotiation.failure) {
      session.isFailed = true;
      trait(context, context.server, 'rdp-refused', failureName(connection.value));
      return;
    }
    session.selected = connection.kind === Negotiation.response ? connection.value : 0;
    trait(context, context.server, 'rdp-security', protocolNames(session.selected));
    if (session.selected !== 0) session.phases[0] = session.phases[1] = Phase.tls;
  }

  /** Connect-Initial of the client, Connect-Response of the server: what follows is encrypted, or of no interest. */
  #connect(
    session: Session,
    side: 0 | 1,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const settings = this.#settings;
    settings.clear();
    const found = readConnect(bytes, start, end, (type, from, to) => {
      if (type === Block.clientCore) readClientCore(bytes, from, to, settings);
      else if (type === Block.clientNetwork && to - from >= 4) {
        settings.channelsStart = from + 4;
        settings.channelsEnd = from + 4 + Math.min(CHANNELS_MAX, u32le(bytes, from)) * CHANNEL_BYTES;
        if (settings.channelsEnd > to) settings.channelsEnd = to;
      } else if (type === Block.serverSecurity && to - from >= 4) settings.encryptionMethod = u32le(bytes, from);
    });
    session.phases[side] = Phase.opaque;
    if (found === Connect.cut) {
      violation(context, 'rdp', 'connect-cut', RULES['connect-cut'], bytes, start, end, start + 7);
    }
    tellSettings(settings, bytes, context);
  }

  #count(session: Session, size: number, context: MessageContext): void {
    if (context.fromClient || session.isLoginTold) return;
    session.serverBytes += size;
    const credSsp = SecurityProtocol.credSsp | SecurityProtocol.credSspEarly;
    if (session.selected < 0 || (session.selected & credSsp) === 0 || session.serverBytes < ACCEPTED_BYTES) return;
    this.#login(session, context.flow, 'accepted', context);
  }

  /** Told once, and only where a connection came as far as a login. */
  #login(session: Session, flow: number, outcome: 'accepted' | 'unknown', context: MessageContext): void {
    const hasBegun = session.selected >= 0 || session.phases[0] !== Phase.clear;
    if (session.isLoginTold || session.isFailed || !hasBegun) return;
    session.isLoginTold = true;
    const { timeUs, frame, user } = session;
    const { client, server } = context;
    const mechanism = mechanismOf(Math.max(0, session.selected));
    context.sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: 'rdp',
      mechanism,
      user,
      outcome,
    });
  }
}

function isTlsRecord(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 2 && bytes[start] === 0x16 && bytes[start + 1] === 3;
}

function tellSettings(settings: Settings, bytes: Uint8Array, context: MessageContext): void {
  const { client, server } = context;
  if (settings.build >= 0) {
    const { version, width, height, build, name } = settings;
    const keyboard = settings.keyboard.toString(16).padStart(8, '0');
    const value = `RDP ${versionName(version)}, build ${build}, ${width}x${height}, keyboard ${keyboard}`;
    trait(context, client, 'rdp-client', value);
    const source = 'rdp client core data';
    claim(context, client, -1, 'name', name, source, Trust.selfDeclared);
    claim(context, client, -1, 'application', `RDP client build ${build}`, source, Trust.selfDeclared);
    claim(context, client, -1, 'operating-system', systemOfBuild(build), source, Trust.hint);
  }
  const channels: string[] = [];
  for (let at = settings.channelsStart; at + CHANNEL_BYTES <= settings.channelsEnd; at += CHANNEL_BYTES) {
    const zero = bytes.indexOf(0, at);
    channels.push(printable(bytes, at, zero < 0 ? at + 8 : Math.min(zero, at + 8), 16));
  }
  trait(context, client, 'rdp-channels', channels.join(' '));
  if (settings.encryptionMethod >= 0) {
    trait(context, server, 'rdp-encryption', encryptionName(settings.encryptionMethod));
  }
}
