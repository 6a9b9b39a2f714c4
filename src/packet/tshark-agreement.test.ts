// A second opinion: what the record says of every frame of some real captures, against tshark's fields.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { test } from 'node:test';
import { openCapture } from '../capture/open.ts';
import { ipText, macText } from './addresses.ts';
import { decodeFrame, decodeInner } from './decode.ts';
import { IpProtocol, Packet } from './packet.ts';

const CAPTURES = '../shared/captures';
/** Plain traffic of a plant, and the link types, tags and tunnels that real captures have. */
const CHOSEN = [
  'antoine-lemay__Modbus_dataset/send_a_fake_command_modbus_6RTU_with_operate.pcap',
  'EmreEkin__ICS-Pcaps/CoAP/coap45.pcap',
  'the-tcpdump-group__tcpdump/tests/bgp-ovs.pcapng',
  'the-tcpdump-group__tcpdump/tests/erspan-type-ii-3.pcap',
  'the-tcpdump-group__tcpdump/tests/erspan-type-iii-ft-0.pcap',
  'the-tcpdump-group__tcpdump/tests/geneve.pcap',
  'the-tcpdump-group__tcpdump/tests/LINKTYPE_IPV4.pcap',
  'the-tcpdump-group__tcpdump/tests/vxlan.pcap',
  'the-tcpdump-group__tcpdump/tests/arcnet-rfc1201-arp-icmp-http.pcap',
  'the-tcpdump-group__tcpdump/tests/e1000g.pcap',
  'the-tcpdump-group__tcpdump/tests/HDLC.pcap',
  'the-tcpdump-group__tcpdump/tests/ieee802.11_htc.pcap',
  'the-tcpdump-group__tcpdump/tests/ipoib.pcap',
  'the-tcpdump-group__tcpdump/tests/LINKTYPE_PKTAP.pcap',
  'the-tcpdump-group__tcpdump/tests/mpls-traceroute.pcap',
  'the-tcpdump-group__tcpdump/tests/nflog.pcap',
  'the-tcpdump-group__tcpdump/tests/OSPFv3_NBMA_adjacencies.pcap',
  'zeek__zeek/testing/btest/Traces/arp-who-has-radiotap.pcap',
  'zeek__zeek/testing/btest/Traces/mpls-in-vlan.pcap',
  'zeek__zeek/testing/btest/Traces/pppoe-over-qinq.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/6in6.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/gre-pptp.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/gre-within-gre.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/ayiya3.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/gtp/gtp6_gtp_0x32.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/gtp/gtp7_ipv6.pcap',
  'zeek__zeek/testing/btest/Traces/tunnels/gtp/gtp8_teredo.pcap',
].map((path) => `${CAPTURES}/${path}`);
/** The project's own: every link that is opened. tshark does not know the link types of some. */
const OWN = globSync('samples/links/*.pcap')
  .filter((path) => !/(?:slip|dsa|broadcom|aggregate)\.pcap$/.test(path))
  .sort();

const FIELDS = [
  'frame.protocols',
  'eth.src',
  'wlan.sa',
  'ip.src',
  'ip.dst',
  'ip.ttl',
  'ip.id',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.hlim',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.len',
  'udp.srcport',
  'udp.dstport',
  'udp.checksum',
  'icmp.type',
  'icmpv6.type',
  'arp.opcode',
  'arp.hw.size',
] as const;

type Row = Record<(typeof FIELDS)[number], string[]>;

function tsharkRows(path: string): Row[] {
  const options = ['ip.defragment', 'ipv6.defragment', 'tcp.desegment_tcp_streams', 'tcp.analyze_sequence_numbers'];
  const { stdout } = spawnSync(
    'tshark',
    [
      ...['-n', '-r', path, '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=;'],
      ...options.flatMap((name) => ['-o', `${name}:FALSE`]),
      ...FIELDS.flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const values = line.split('\t').map((value) => (value === '' ? [] : value.split(';')));
    return Object.fromEntries(FIELDS.map((field, index) => [field, values[index] ?? []])) as Row;
  });
}

/** What tshark says of the innermost packet, as `told` writes it. What an ICMP message quotes is not it. */
function tsharkTold(row: Row): string {
  const all = row['frame.protocols'][0]!.split(':');
  const quoted = all.findIndex((layer) => layer === 'icmp' || layer === 'icmpv6');
  const layers = quoted < 0 ? all : all.slice(0, quoted + 1);
  const nth = (field: keyof Row, layer: string): string => {
    const value = row[field][layers.filter((one) => one === layer).length - 1] ?? '';
    return value.startsWith('0x') ? String(Number(value)) : value;
  };
  const lastIp = Math.max(layers.lastIndexOf('ip'), layers.lastIndexOf('ipv6'));
  const isWireless = layers.includes('wlan');
  const told = [`mac ${isWireless ? nth('wlan.sa', 'wlan') : nth('eth.src', 'eth')}`];
  // Address resolution with other addresses than of Ethernet is not read.
  if (layers.includes('arp') && row['arp.hw.size'][0] === '6') told.push(`arp ${row['arp.opcode'][0]!}`);
  if (lastIp < 0 || lastIp < layers.lastIndexOf('eth')) return told.join(' ');
  if (layers[lastIp] === 'ip') {
    told.push(`ip ${nth('ip.src', 'ip')} ${nth('ip.dst', 'ip')} ${nth('ip.ttl', 'ip')} ${nth('ip.id', 'ip')}`);
  } else told.push(`ip ${nth('ipv6.src', 'ipv6')} ${nth('ipv6.dst', 'ipv6')} ${nth('ipv6.hlim', 'ipv6')}`);
  const inside = layers.slice(lastIp);
  if (inside.includes('tcp')) {
    told.push(`tcp ${nth('tcp.srcport', 'tcp')} ${nth('tcp.dstport', 'tcp')} ${nth('tcp.seq_raw', 'tcp')}`);
    told.push(`${nth('tcp.ack_raw', 'tcp')} ${nth('tcp.flags', 'tcp')} ${nth('tcp.len', 'tcp')}`);
  } else if (inside.includes('udp')) {
    told.push(`udp ${nth('udp.srcport', 'udp')} ${nth('udp.dstport', 'udp')} ${nth('udp.checksum', 'udp')}`);
  } else if (inside.includes('icmp')) told.push(`icmp ${row['icmp.type'][0]!}`);
  else if (inside.includes('icmpv6')) told.push(`icmp ${row['icmpv6.type'][0]!}`);
  return told.join(' ');
}

function told(packet: Packet): string {
  const { bytes } = packet;
  const words = [`mac ${packet.hasMac ? macText(packet.sourceMacHigh, packet.sourceMacLow) : ''}`];
  if (packet.hasArp) words.push(`arp ${packet.arpOperation}`);
  if (packet.ipVersion === 0) return words.join(' ');
  const source = ipText(packet.ipVersion, bytes, packet.sourceAt);
  const destination = ipText(packet.ipVersion, bytes, packet.destinationAt);
  words.push(`ip ${source} ${destination} ${packet.ipTtl}${packet.ipVersion === 4 ? ` ${packet.ipId}` : ''}`);
  if (!packet.hasTransport) return words.join(' ');
  const ports = `${packet.sourcePort} ${packet.destinationPort}`;
  if (packet.ipProtocol === IpProtocol.tcp) {
    words.push(`tcp ${ports} ${packet.tcpSequence >>> 0} ${packet.tcpAcknowledgment >>> 0} ${packet.tcpFlags}`);
    words.push(String(packet.payloadEnd - packet.payloadStart + packet.payloadMissing));
  } else if (packet.ipProtocol === IpProtocol.udp) words.push(`udp ${ports} ${packet.transportChecksum}`);
  else words.push(`icmp ${packet.sourcePort}`);
  return words.join(' ');
}

async function ourTold(path: string): Promise<string[]> {
  const source = await openCapture([path]);
  const packet = new Packet();
  const rows: string[] = [];
  for (let batch = await source.next(); batch !== null; batch = await source.next()) {
    for (let index = 0; index < batch.count; index++) {
      const start = batch.offset[index]!;
      const end = start + batch.capturedLength[index]!;
      decodeFrame(packet, batch.bytes, start, end, batch.originalLength[index]!, batch.linkType[index]!);
      while (packet.innerLayer !== 0) decodeInner(packet);
      // tshark reads the ports of a first fragment; we wait for the rest.
      rows.push(packet.isFragment ? 'fragment' : told(packet));
    }
  }
  source.close();
  return rows;
}

const chosen = [...CHOSEN, ...OWN].filter((path) => existsSync(path));
const missing =
  chosen.length === 0
    ? 'skipped: no captures beside the project'
    : spawnSync('tshark', ['--version']).status !== 0
      ? 'skipped: tshark is not installed'
      : false;

test('addresses, ports, numbers and flags of real frames are those that tshark gives', { skip: missing }, async () => {
  for (const path of chosen) {
    const ours = await ourTold(path);
    const theirs = tsharkRows(path).map((row, index) => (ours[index] === 'fragment' ? 'fragment' : tsharkTold(row)));
    assert.deepEqual(ours, theirs, path);
  }
});
