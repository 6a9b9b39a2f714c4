// Why values differ that do: each was looked at, in the capture and in the specification.
import type { Row } from './row.ts';

export interface Difference {
  readonly row: Row;
  readonly capture: string;
  /** Who alone has the value. */
  readonly side: 'tshark' | 'here';
  readonly value: string;
  /** Empty where nobody knows. */
  readonly why: string;
}

interface Explanation {
  /** Protocol and what of the row; absent: any. */
  readonly row?: RegExp;
  readonly capture: RegExp;
  readonly side: Difference['side'];
  readonly value?: RegExp;
  readonly why: string;
}

/** Links and tunnels that are not opened: nothing of what is inside is told. */
const UNOPENED: readonly (readonly [RegExp, string])[] = [
  [/tests\/HDLC\.pcap/, 'on a serial line (Cisco HDLC), whose frames name nobody'],
  [/LINKTYPE_IPV4_invalid/, 'IPv6 where the link type says IPv4, which is broken here'],
  [/tests\/various_gre\.pcap/, 'CDP directly in GRE, without a link that could name its neighbours'],
  [/dns-truncated/, 'a message that the capture has cut'],
  [/quic_handshake_truncated/, 'a packet that the capture has cut, so that its seal cannot be checked'],
];

const EXPLANATIONS: readonly Explanation[] = [
  ...UNOPENED.map(([capture, why]): Explanation => ({ capture, side: 'tshark', why })),
  {
    row: /^stp /,
    capture: /of10_s4810/,
    side: 'tshark',
    why: 'a frame that OpenFlow hands to a controller: it was not sent where it stands',
  },
  {
    row: /^ppp /,
    capture: /pdp_ctx_messages/,
    side: 'tshark',
    why: 'PAP within an element of GTP (3GPP TS 24.008 10.5.6.3), which is not read',
  },
  {
    row: /^arp /,
    capture: /geneve-arp/,
    side: 'tshark',
    why: 'ARP in a tunnel: nobody there is a neighbour',
  },
  {
    row: /^ftp /,
    capture: /ftp-too-long-command/,
    side: 'tshark',
    why: 'a command that fills several segments, of which tshark shows the first part',
  },
  {
    row: /^ftp /,
    capture: /ftp-too-long-command/,
    side: 'here',
    why: 'a command that fills several segments, whole',
  },
  {
    row: /^ftp outcome/,
    capture: /ftp_active_get_eicar/,
    side: 'tshark',
    value: /^refused$/,
    why: '530 in answer to a command before any login',
  },
  {
    row: /^ftp outcome/,
    capture: /ipv6-violation/,
    side: 'tshark',
    value: /^refused$/,
    why: '530 behind binary bytes in one line, which is no reply here',
  },
  {
    row: /^ldap outcome/,
    capture: /ldap\/(?:gap-data-missing|modify-request)/,
    side: 'tshark',
    why: 'requests and answers in different VLANs, which are two networks here: the outcome is unknown',
  },
  {
    row: /^vnc outcome/,
    capture: /rfb\/vnc-scanner/,
    side: 'here',
    why: 'a handshake in several segments, which tshark does not put together',
  },
  {
    row: /^(?:quic|tls) /,
    capture: /quic_vn/,
    side: 'here',
    why: 'the hello behind a version negotiation, which tshark does not decrypt',
  },
  {
    row: /^vnc vnc-desktop/,
    capture: /rfb\/vncmac/,
    side: 'here',
    why: "the name behind Apple's own numbers, of which tshark shows nothing",
  },
  {
    row: /^vnc outcome/,
    capture: /rfb-parser/,
    side: 'here',
    value: /^accepted$/,
    why: 'a login that needs no password, of which tshark shows no result',
  },
  {
    row: /^tls /,
    capture: /exploit_ms08_netapi/,
    side: 'tshark',
    why: 'TLS that begins behind a program that was sent (the stage of Meterpreter)',
  },
  {
    row: /^ssh /,
    capture: /server-pre-banner-data/,
    side: 'here',
    why: 'lines before the one with the version (RFC 4253 4.2), which tshark does not expect',
  },
  {
    row: /^rtsp rtsp-session-name/,
    capture: /RTSP\/rtsp_p/,
    side: 'here',
    why: 'a description without its type in the header, which tshark leaves alone',
  },
];

const used = new Set<Explanation>();

export function explanationOf({ row, capture, side, value }: Omit<Difference, 'why'>): string {
  const found = EXPLANATIONS.find(
    (known) =>
      known.side === side &&
      (known.row?.test(`${row.protocol} ${row.what}`) ?? true) &&
      known.capture.test(capture) &&
      (known.value?.test(value) ?? true),
  );
  if (found === undefined) return '';
  used.add(found);
  return found.why;
}

/** Explanations of what does not differ any more. */
export function staleExplanations(): string[] {
  return EXPLANATIONS.filter((known) => !used.has(known)).map(({ capture, why }) => `${capture.source}: ${why}`);
}
