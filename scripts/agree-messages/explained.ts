// Why messages differ that do. Each rule asks the frame itself, by what tshark shows of it and what we found in it; where it
// names captures, these were looked at one by one.
import type { Disagreement, Side } from './compare.ts';
import {
  closedLayer,
  has,
  isSentAgain,
  isBehindAuth,
  isOneOfSeveralLines,
  isInLiteral,
  isOneSided,
  isAmongOthers,
  KNOWN_QUIC,
  endsWith,
  isSpokenOnUdp,
  type Test,
} from './frames.ts';
import type { CaptureView } from './view.ts';

interface Rule {
  readonly side: Side;
  readonly protocols?: readonly string[];
  readonly kind?: RegExp;
  readonly capture?: RegExp;
  readonly test?: Test;
  readonly why: string | ((difference: Disagreement, view: CaptureView) => string);
}

const LINK_PROTOCOLS = ['arp', 'stp', 'cdp', 'lldp', 'eapol'];

const RULES: readonly Rule[] = [
  {
    side: 'tshark',
    protocols: ['arp'],
    test: ({ frame }, view) => view.value(frame, 'arp.hw.size') !== '6' || view.value(frame, 'arp.proto.size') !== '4',
    why: 'addresses of other sizes than those of Ethernet and IPv4, of which nothing is used here',
  },
  {
    side: 'tshark',
    protocols: LINK_PROTOCOLS,
    test: ({ frame }, view) => view.stack(frame).some((layer) => /^(?:chdlc|gre|udp)$/.test(layer)),
    why: 'a protocol of the link on a serial line or in a tunnel, where nobody is a neighbour',
  },
  {
    side: 'tshark',
    test: ({ frame }, view) => closedLayer(frame, view) !== '',
    why: ({ frame }, view) => `on a link or in a tunnel that is not opened: ${closedLayer(frame, view)}`,
  },
  {
    side: 'tshark',
    test: ({ frame }, view) => Number(view.value(frame, 'frame.cap_len')) < Number(view.value(frame, 'frame.len')),
    why: 'in a frame that the capture has cut',
  },
  { side: 'here', test: isSentAgain, why: 'in a segment that tshark takes for one that was sent again' },
  {
    side: 'here',
    protocols: ['http'],
    test: ({ frame }, view) => view.stack(frame).at(-1) === 'tcp' && view.value(frame, 'tcp.reassembled_in') === '',
    why: 'a message whose body does not end in the capture: tshark waits for the end',
  },
  {
    side: 'here',
    protocols: ['http'],
    kind: /^frame DATA$/,
    test: (difference, view) => view.stream(difference.frame).some((other) => other > difference.frame),
    why: 'content of several segments, named where it begins: tshark shows it where it ends',
  },
  {
    side: 'here',
    protocols: ['http'],
    test: ({ frame, kind }, view) => {
      const [last] = view.values(frame, 'tcp.reassembled_in').map(Number);
      return last !== undefined && view.ours(last).some((our) => our.kind === kind);
    },
    why: 'one of two messages that end in one segment, of which tshark shows one',
  },
  {
    side: 'tshark',
    protocols: ['http'],
    kind: /^frame DATA$/,
    test: (difference, view) => view.before(difference.frame).length > 0,
    why: 'content of several segments, which tshark shows where it ends: it is named where it begins',
  },
  {
    side: 'tshark',
    protocols: ['http'],
    test: ({ frame }, view) => view.stream(frame).some((other) => view.stack(other).includes('websocket')),
    why: 'the handshake of MQTT over WebSocket, which is read as MQTT here',
  },
  {
    side: 'here',
    protocols: ['tls'],
    test: endsWith('tpkt'),
    why: 'TLS inside RDP, where tshark expects TPKT',
  },
  {
    side: 'tshark',
    protocols: ['tls'],
    kind: /^alert record$/,
    test: ({ frame }, view) => view.stream(frame).flatMap((other) => view.theirs(other)).length === 1,
    why: 'a sealed alert that is all the capture holds of its connection: too little to be recognised',
  },
  {
    side: 'tshark',
    protocols: ['tls'],
    capture: /exploit_ms08_netapi/,
    why: 'TLS that begins behind a program that was sent (the stage of Meterpreter)',
  },
  {
    side: 'tshark',
    protocols: ['ftp', 'smtp'],
    kind: /^reply /,
    test: isOneOfSeveralLines,
    why: 'one of several lines of a reply, in a segment of its own: the reply is one message here',
  },
  {
    side: 'here',
    protocols: ['imap'],
    test: endsWith('imap'),
    why: 'a further line in one segment, of which tshark shows the first',
  },
  {
    side: 'tshark',
    protocols: ['imap'],
    test: has('tcp.analysis.lost_segment'),
    why: 'what follows a loss, up to the end of its line: it may be the rest of one',
  },
  {
    side: 'tshark',
    protocols: ['imap'],
    test: isInLiteral,
    why: 'a line within a literal, which is no message here',
  },
  {
    side: 'here',
    protocols: ['imap'],
    test: ({ frame }, view) => view.stack(frame).includes('imf'),
    why: 'a line with mail behind it as a literal: tshark puts it into another segment',
  },
  {
    side: 'tshark',
    protocols: ['imap'],
    test: ({ frame }, view) => view.stack(frame).includes('imf'),
    why: 'a line with mail behind it as a literal: tshark puts it into another segment',
  },
  {
    side: 'here',
    protocols: ['redis'],
    test: isAmongOthers,
    why: 'further answers in one segment, of which tshark shows the first',
  },
  {
    side: 'here',
    protocols: ['redis'],
    kind: /request$|^[A-Z]+$/,
    why: 'a request as a line of words, of which tshark shows nothing',
  },
  {
    side: 'tshark',
    protocols: ['quic'],
    test: ({ frame }, view) => view.values(frame, 'quic.version').some((version) => !KNOWN_QUIC(Number(version))),
    why: 'of a version that nobody has specified, whose packet types mean nothing here',
  },
  {
    side: 'here',
    protocols: ['ssh'],
    test: isOneSided,
    why: 'of one side alone is in the capture: tshark takes it for encrypted',
  },
  {
    side: 'tshark',
    protocols: ['ssh'],
    test: ({ frame }, view) =>
      view.stream(frame).some((other) => view.value(other, 'ssh.protocol').startsWith('SSH-1')),
    why: 'SSH version 1, which is not decoded',
  },
  {
    side: 'here',
    protocols: ['tls'],
    test: (difference, view) =>
      view
        .stream(difference.frame)
        .some(
          (other) =>
            other > difference.frame &&
            view.value(other, 'tcp.srcport') === view.value(difference.frame, 'tcp.srcport') &&
            isSentAgain({ ...difference, frame: other }, view),
        ),
    why: 'a record of which a part came later than its end, which tshark does not put together',
  },
  {
    side: 'tshark',
    protocols: ['icmp', 'vrrp'],
    capture: /icmp-(?:cksum|icmp_print)-oobr/,
    why: 'an IP packet that is shorter than its header says, which is not read on',
  },
  {
    side: 'tshark',
    protocols: ['dhcpv6'],
    capture: /ip6-snmp-oid-unsigned/,
    why: 'made by a fuzzer: options that do not fit into the message, no DHCPv6 here',
  },
  {
    side: 'tshark',
    protocols: ['redis'],
    capture: /resp_[34]_/,
    why: 'made to break dissectors: arrays that are not what they say, not followed here',
  },
  {
    side: 'tshark',
    protocols: ['ftp'],
    capture: /ipv6-violation/,
    why: 'a code behind binary bytes in one line, which is no reply here',
  },
  {
    side: 'tshark',
    protocols: ['pop3'],
    capture: /bad-list-retr-crafted/,
    why: 'a line within a listing that has not ended, which is no answer here',
  },
  {
    side: 'tshark',
    protocols: ['vnc'],
    capture: /vnc-scanner/,
    why: 'a handshake in several segments, which tshark does not put together and counts wrongly from there on',
  },
  {
    side: 'here',
    protocols: ['vnc'],
    capture: /vnc-scanner/,
    why: 'a handshake in several segments, which tshark does not put together and counts wrongly from there on',
  },
  {
    side: 'tshark',
    protocols: ['smb'],
    capture: /smb2_fscontrol|smb1-OSS-fuzz/,
    why: 'made by a fuzzer: a header of SMB 2 whose size is not 64 (MS-SMB2 2.2.1), a session packet of no type: not SMB here',
  },
  {
    side: 'here',
    protocols: ['ssh'],
    capture: /server-pre-banner-data/,
    why: 'behind lines that a server may say first (RFC 4253 4.2), which tshark does not expect',
  },
  {
    side: 'tshark',
    protocols: ['coap'],
    capture: /coap12\.pcap/,
    why: 'an option that is longer than the message (tshark warns of it): no CoAP here',
  },
  {
    side: 'here',
    protocols: ['smb'],
    capture: /smb1-OSS-fuzz/,
    why: 'made by a fuzzer: tshark believes the length of a broken session packet and passes over what follows',
  },
  {
    side: 'tshark',
    protocols: ['ftp'],
    capture: /ftp-too-long-command/,
    why: 'a piece of a command that fills several segments, which tshark takes for a command',
  },
  {
    side: 'tshark',
    protocols: ['pop3', 'smtp'],
    kind: /^other command$/,
    test: isBehindAuth,
    why: 'an answer within the exchange of AUTH, which tshark takes for a command',
  },
  {
    side: 'tshark',
    protocols: ['dhcp'],
    test: (difference, view) => !has('dhcp.cookie')(difference, view),
    why: 'BOOTP without the cookie that DHCP has (RFC 2131 3), which is not read here',
  },
  {
    side: 'here',
    protocols: ['dhcp'],
    test: endsWith('data'),
    why: 'on a port that is not that of DHCP, where tshark does not look',
  },
  {
    side: 'here',
    test: (difference, view) =>
      !isSpokenOnUdp(difference.protocol) && view.stack(difference.frame).slice(-2).join() === 'udp,data',
    why: 'inside a tunnel on UDP that tshark does not take for one',
  },
  {
    side: 'here',
    test: ({ frame }, view) => view.stack(frame)[0] === 'data',
    why: 'on a link type of which tshark shows data alone',
  },
  {
    side: 'tshark',
    protocols: ['lldp'],
    test: (difference, view) => !has('lldp.chassis.subtype')(difference, view),
    why: 'elements that do not begin with the chassis (IEEE 802.1AB 9.2.1), which are no LLDP here',
  },
  { side: 'here', protocols: ['rtsp'], kind: /^PING$/, why: 'a method that tshark does not know' },
  { side: 'here', test: endsWith('socks'), why: 'on the port of SOCKS, where tshark looks for that alone' },
];

const used = new Set<Rule>();

export function explanationOf(difference: Disagreement, view: CaptureView): string {
  const rule = RULES.find(
    ({ side, protocols, kind, capture, test }) =>
      side === difference.side &&
      (protocols?.includes(difference.protocol) ?? true) &&
      (kind?.test(difference.kind) ?? true) &&
      (capture?.test(view.capture) ?? true) &&
      (test?.(difference, view) ?? true),
  );
  if (rule === undefined) return '';
  used.add(rule);
  return typeof rule.why === 'string' ? rule.why : rule.why(difference, view);
}

/** Rules that explain nothing any more. */
export function staleRules(): string[] {
  return RULES.filter((rule) => !used.has(rule)).map(({ side, protocols, capture, why }) =>
    [side, protocols?.join(' ') ?? '', capture?.source ?? '', typeof why === 'string' ? why : '(a closed layer)'].join(
      ' ',
    ),
  );
}
