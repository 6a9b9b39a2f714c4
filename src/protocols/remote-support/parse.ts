// Recognises tools for remote support by their first bytes; keeps no state. None of them is specified in public: these are
// the shapes that are known from outside.
import { Match } from '../../facts/protocol.ts';

export interface Shape {
  readonly tool: string;
  readonly transport: 'tcp' | 'udp';
  /** -1: any value. */
  readonly first: readonly number[];
  /** Enough on any port, or on the usual ports only. */
  readonly isCertain: boolean;
  /** Who says it first is the one that is controlled, as far as the tool tells. */
  readonly isSaidByServer: boolean;
}

const ANY = -1;

export const PORTS = [5938, 4899, 6129, 21_116];

export const SHAPES: readonly Shape[] = [
  // DynGate: 17 24, later 11 30, and a command behind it; over UDP behind eleven bytes.
  { tool: 'TeamViewer', transport: 'tcp', first: [0x17, 0x24], isCertain: false, isSaidByServer: false },
  { tool: 'TeamViewer', transport: 'tcp', first: [0x11, 0x30], isCertain: false, isSaidByServer: false },
  {
    tool: 'TeamViewer',
    transport: 'udp',
    first: [0, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, 0x17, 0x24],
    isCertain: false,
    isSaidByServer: false,
  },
  {
    tool: 'Radmin',
    transport: 'tcp',
    first: [1, 0, 0, 0, 1, 0, 0, 0, 8, 8],
    isCertain: true,
    isSaidByServer: false,
  },
  { tool: 'Radmin', transport: 'tcp', first: [1, 0, 0, 0, 0x25, 0, 0], isCertain: false, isSaidByServer: true },
  { tool: 'DameWare', transport: 'tcp', first: [0x30, 0x11, 0, 0], isCertain: false, isSaidByServer: true },
];

/** The shape of these bytes, or null. */
export function shapeOf(bytes: Uint8Array, start: number, end: number, isTcp: boolean): Shape | null {
  for (const shape of SHAPES) {
    if ((shape.transport === 'tcp') === isTcp && begins(bytes, start, end, shape.first)) return shape;
  }
  return isTcp ? null : registrationOf(bytes, start, end);
}

const RUSTDESK: Shape = { tool: 'RustDesk', transport: 'udp', first: [], isCertain: false, isSaidByServer: false };
/** Field 6 of a message, RegisterPeer; in it field 1, the identifier of the peer (rendezvous.proto of RustDesk). */
const REGISTER_PEER = 0x32;
const PEER_IDENTIFIER = 0x0a;

/** What a host that can be controlled sends to its rendezvous server every few seconds. */
function registrationOf(bytes: Uint8Array, start: number, end: number): Shape | null {
  if (end - start < 8 || bytes[start] !== REGISTER_PEER || bytes[start + 1] !== end - start - 2) return null;
  if (bytes[start + 2] !== PEER_IDENTIFIER) return null;
  const stop = start + 4 + bytes[start + 3]!;
  if (stop > end || stop - start < 10) return null;
  for (let at = start + 4; at < stop; at++) if (!isOfIdentifier(bytes[at]!)) return null;
  return RUSTDESK;
}

/** Nine or ten digits, or a name of letters, digits and underscores. */
function isOfIdentifier(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f
  );
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const stream = shapeOf(bytes, start, end, true);
  if (stream?.isCertain === true) return Match.yes;
  return stream !== null || shapeOf(bytes, start, end, false) !== null ? Match.maybe : Match.no;
}

function begins(bytes: Uint8Array, start: number, end: number, first: readonly number[]): boolean {
  // A command, a length or a version always follow.
  if (end - start <= first.length) return false;
  for (let at = 0; at < first.length; at++) {
    if (first[at] !== ANY && bytes[start + at] !== first[at]) return false;
  }
  return true;
}
