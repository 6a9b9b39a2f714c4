// What a frame or its stream says, for the rules that explain differences.
import { protocols } from '../../src/protocols/index.ts';
import type { Disagreement, Message } from './compare.ts';
import type { CaptureView } from './view.ts';

export type Test = (difference: Disagreement, view: CaptureView) => boolean;

/** Tunnels that are closed to us, by tshark's names: metadata of Cisco's, GTP', MACsec, registers of PIM. */
const CLOSED = /^(?:cmd|gtpprime|macsec|pim)$/;
/** IP protocol or EtherType inside GRE (WCCP). */
const WCCP = 0x883e;

/** tshark has opened a link or a tunnel in which we found nothing at all. */
export function closedLayer(frame: number, view: CaptureView): string {
  if (view.ours(frame).length > 0) return '';
  const stack = view.stack(frame);
  const named = stack.find((layer) => CLOSED.test(layer));
  if (named !== undefined) return named;
  if (stack.includes('mpls') && stack[stack.indexOf('mpls') - 1] === 'udp') return 'mpls in udp';
  if (Number(view.value(frame, 'gre.proto')) === WCCP) return 'gre with wccp';
  return stack[0] === 'ip' && stack[1] === 'ipv6' ? 'a link type that names the other version of IP' : '';
}

export const has =
  (field: string): Test =>
  ({ frame }, view) =>
    view.value(frame, field) !== '';

export const isSentAgain: Test = ({ frame }, view) =>
  ['tcp.analysis.retransmission', 'tcp.analysis.spurious_retransmission', 'tcp.analysis.fast_retransmission'].some(
    (field) => view.value(frame, field) !== '',
  );

/** The last that this side said in the stream, by tshark, was a command that begins an exchange. */
export const isBehindAuth: Test = ({ frame }, view) => {
  const kinds = view.before(frame).flatMap((other) => view.theirs(other).map(({ kind }) => kind));
  const last = kinds.findLast((kind) => kind !== 'other command');
  return last === 'AUTH';
};

/** What tshark shows next to it in the stream is of the same side and kind: nothing was said between the two. */
export const isOneOfSeveralLines: Test = ({ frame, protocol, kind }, view) => {
  const port = view.value(frame, 'tcp.srcport');
  const said = (frames: readonly number[]): readonly Message[] =>
    frames.flatMap((other) => view.theirs(other).filter((message) => message.protocol === protocol));
  const before = said(view.stream(frame).filter((other) => other < frame)).at(-1);
  const behind = said(view.stream(frame).filter((other) => other > frame))[0];
  return [before, behind].some(
    (message) => message?.kind === kind && view.value(message.frame, 'tcp.srcport') === port,
  );
};

/** The last line of this side announced a literal (RFC 9051 4.3). */
export const isInLiteral: Test = ({ frame }, view) => {
  const line =
    view
      .before(frame)
      .flatMap((other) => view.values(other, 'imap.line'))
      .at(-1) ?? '';
  return /\{\d+[+-]?\}(?:\\[rn])*$/.test(line);
};

/** Of the other side of the stream tshark has seen no message of this protocol before. */
export const isOneSided: Test = ({ frame, protocol }, view) => {
  const port = view.value(frame, 'tcp.srcport');
  return !view
    .stream(frame)
    .some(
      (other) =>
        other < frame &&
        view.value(other, 'tcp.srcport') !== port &&
        view.theirs(other).some((message) => message.protocol === protocol),
    );
};

export const isAmongOthers: Test = ({ frame, protocol }, view) =>
  view.theirs(frame).some((message) => message.protocol === protocol);

export const KNOWN_QUIC = (version: number): boolean =>
  version === 0 || version === 1 || version === 0x6b3343cf || (version >= 0xff00001b && version <= 0xff000022);

export const endsWith =
  (layer: string): Test =>
  ({ frame }, view) =>
    view.stack(frame).at(-1) === layer;

/** Then it can be the content of a datagram itself. */
export function isSpokenOnUdp(protocol: string): boolean {
  return protocols.find(({ name }) => name === protocol)?.transports.includes('udp') === true;
}
