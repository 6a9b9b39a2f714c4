// Rows of protocols on streams, and of those that are spoken over both.
import { messageKind as coapKind, typeName } from '../../src/protocols/coap/kinds.ts';
import { messageKind as rpcKind } from '../../src/protocols/dcerpc/kinds.ts';
import { commandKind as ftpKind, replyKind } from '../../src/protocols/ftp/kinds.ts';
import { frameKind, statusKind } from '../../src/protocols/http/kinds.ts';
import { ENCRYPTED as IPMI_ENCRYPTED, asfKind, functionKind, payloadKind } from '../../src/protocols/ipmi/kinds.ts';
import { messageKind as kerberosKind } from '../../src/protocols/kerberos/kinds.ts';
import { messageKind as ldapKind } from '../../src/protocols/ldap/kinds.ts';
import { pop3Command, smtpCommand, tellImap } from '../../src/protocols/mail/kinds.ts';
import { NEGOTIATION, packetKind as quicKind } from '../../src/protocols/quic/kinds.ts';
import { messageKind as radiusKind } from '../../src/protocols/radius/kinds.ts';
import { negotiationName, packetKind as rdpKind } from '../../src/protocols/rdp/kinds.ts';
import {
  ENCRYPTED as SMB_ENCRYPTED,
  packetKind as sessionKind,
  smb1Kind,
  smb2Kind,
} from '../../src/protocols/smb/kinds.ts';
import { IDENTIFICATION, messageKind as sshKind } from '../../src/protocols/ssh/kinds.ts';
import { commandKind as telnetKind } from '../../src/protocols/telnet/kinds.ts';
import { messageKind as tftpKind } from '../../src/protocols/tftp/kinds.ts';
import { handshakeKind, recordKind } from '../../src/protocols/tls/kinds.ts';
import type { Fields } from '../agree-facts/row.ts';
import { byNumber, each, isTrue, kindRow, type Kind, type MessageRow } from './row.ts';

const SMB1_NO_FURTHER_COMMAND = 255;
/** Commands of Telnet. */
const SUBNEGOTIATION_END = 240;
const SUBNEGOTIATION = 250;
const DONT = 254;
const KERBEROS_TYPES = new Set(['10', '11', '12', '13', '30']);

const RDP_PORT = 3389;

function isPort(fields: Fields, port: number): boolean {
  return [...fields('tcp.srcport'), ...fields('tcp.dstport')].map(Number).includes(port);
}

const upper = (word: string): string => word.toUpperCase();

export const STREAM_ROWS: readonly MessageRow[] = [
  {
    protocol: 'tls',
    layer: 'tls',
    fields: ['tls.record.content_type', 'tls.record.opaque_type', 'tls.handshake.type'],
    theirs: (fields, stack) =>
      stack.includes('quic')
        ? []
        : [
            ...each(fields, 'tls.record.content_type', byNumber(recordKind)),
            ...each(fields, 'tls.record.opaque_type', byNumber(recordKind)),
            ...each(fields, 'tls.handshake.type', byNumber(handshakeKind)),
          ],
  },
  {
    protocol: 'http',
    layer: 'http',
    fields: ['http.request.method', 'http.response.code', 'http2.magic', 'http2.type'],
    theirs: (fields, stack) =>
      stack.includes('tcp') && !stack.includes('ssdp')
        ? [
            ...each(fields, 'http2.magic', () => 'PRI'),
            ...each(fields, 'http2.type', byNumber(frameKind)),
            ...each(fields, 'http.request.method', (method) => method),
            ...each(fields, 'http.response.code', byNumber(statusKind)),
          ]
        : [],
  },
  {
    protocol: 'ftp',
    layer: 'ftp',
    fields: ['ftp.request.command', 'ftp.response.code'],
    theirs: (fields) => [
      ...each(fields, 'ftp.request.command', ftpKind),
      ...each(fields, 'ftp.response.code', byNumber(replyKind)),
    ],
  },
  {
    protocol: 'smtp',
    layer: 'smtp',
    fields: ['smtp.req.command', 'smtp.response.code'],
    theirs: (fields) => [
      ...each(fields, 'smtp.req.command', smtpCommand),
      ...each(fields, 'smtp.response.code', byNumber(replyKind)),
    ],
  },
  {
    protocol: 'pop3',
    layer: 'pop',
    fields: ['pop.request.command', 'pop.response.indicator'],
    theirs: (fields) => [
      ...each(fields, 'pop.request.command', pop3Command),
      ...each(fields, 'pop.response.indicator', upper),
    ],
  },
  {
    protocol: 'imap',
    layer: 'imap',
    fields: ['imap.line', 'imap.isrequest'],
    // tshark's own words are one off behind a continuation: the lines are taken as it cuts them.
    theirs: (fields) => {
      const kinds: Kind[] = [];
      for (const [index, line] of fields('imap.line').entries()) {
        tellImap(line.replace(/(?:\\[rn])+$/, ''), isTrue(fields('imap.isrequest')[index]), (kind) => {
          kinds.push([kind, '']);
        });
      }
      return kinds;
    },
  },
  {
    protocol: 'smb',
    layer: 'nbss',
    fields: ['nbss.type'],
    theirs: (fields) => each(fields, 'nbss.type', byNumber(sessionKind)).filter(([kind]) => kind !== sessionKind(0)),
  },
  {
    protocol: 'smb',
    layer: 'smb',
    fields: ['smb.cmd', 'smb.flags.response'],
    theirs: (fields, stack) => {
      if (!stack.includes('tcp')) return [];
      const answers = fields('smb.flags.response');
      return fields('smb.cmd')
        .map(Number)
        .filter((command) => command !== SMB1_NO_FURTHER_COMMAND)
        .slice(0, answers.length)
        .map((command, index): Kind => [smb1Kind(command, isTrue(answers[index])), '']);
    },
  },
  {
    protocol: 'smb',
    layer: 'smb2',
    fields: ['smb2.cmd', 'smb2.flags.response'],
    theirs: (fields) =>
      fields('smb2.cmd').map((command, index): Kind => {
        const isAnswer = isTrue(fields('smb2.flags.response')[index]);
        return [smb2Kind(Number(command), isAnswer), ''];
      }),
  },
  {
    protocol: 'smb',
    layer: 'smb2',
    fields: ['smb2.header.transform.signature'],
    theirs: (fields) => each(fields, 'smb2.header.transform.signature', () => SMB_ENCRYPTED),
  },
  {
    protocol: 'dcerpc',
    layer: 'dcerpc',
    fields: ['dcerpc.pkt_type'],
    // In a named pipe of SMB it is read there.
    theirs: (fields, stack) =>
      stack.includes('tcp') && !stack.some((layer) => /^smb2?$/.test(layer))
        ? each(fields, 'dcerpc.pkt_type', byNumber(rpcKind))
        : [],
  },
  kindRow('ldap', 'ldap', 'ldap.protocolOp', ldapKind),
  kindRow('ldap', 'cldap', 'ldap.protocolOp', ldapKind),
  {
    protocol: 'kerberos',
    layer: 'kerberos',
    fields: ['kerberos.msg_type'],
    // A ticket that is shown to somebody stands within other messages.
    theirs: (fields, stack) =>
      /^(?:tcp|udp)$/.test(stack[stack.indexOf('kerberos') - 1] ?? '')
        ? each(fields, 'kerberos.msg_type', (type) =>
            KERBEROS_TYPES.has(type) ? kerberosKind(Number(type)) : '',
          ).filter(([kind]) => kind !== '')
        : [],
  },
  kindRow('radius', 'radius', 'radius.code', radiusKind),
  kindRow('coap', 'coap', 'coap.code', coapKind, 'coap.type', typeName),
  kindRow('tftp', 'tftp', 'tftp.opcode', tftpKind),
  {
    protocol: 'sip',
    layer: 'sip',
    fields: ['sip.Method', 'sip.Status-Code'],
    theirs: (fields) => [
      ...each(fields, 'sip.Method', (method) => method),
      ...each(fields, 'sip.Status-Code', byNumber(statusKind)),
    ],
  },
  {
    protocol: 'rtsp',
    layer: 'rtsp',
    fields: ['rtsp.method', 'rtsp.status'],
    theirs: (fields) => [
      ...each(fields, 'rtsp.method', (method) => method),
      ...each(fields, 'rtsp.status', byNumber(statusKind)),
    ],
  },
  {
    protocol: 'ssh',
    layer: 'ssh',
    fields: ['ssh.protocol', 'ssh.message_code'],
    theirs: (fields) => [
      ...each(fields, 'ssh.protocol', () => IDENTIFICATION),
      ...each(fields, 'ssh.message_code', byNumber(sshKind)),
    ],
  },
  {
    protocol: 'vnc',
    layer: 'vnc',
    fields: [
      'vnc.server_proto_ver',
      'vnc.client_proto_ver',
      'vnc.num_security_types',
      'vnc.server_security_type',
      'vnc.ard_auth_server_key',
      'vnc.ard_auth_credentials',
      'vnc.client_security_type',
      'vnc.share_desktop_flag',
      'vnc.auth_challenge',
      'vnc.auth_response',
      'vnc.auth_result',
      'vnc.desktop_name_len',
    ],
    theirs: (fields) => [
      ...each(fields, 'vnc.server_proto_ver', () => 'version of the server'),
      ...each(fields, 'vnc.client_proto_ver', () => 'version of the client'),
      ...each(fields, 'vnc.num_security_types', () => 'security types'),
      ...each(fields, 'vnc.server_security_type', () => 'security types'),
      ...each(fields, 'vnc.ard_auth_server_key', () => 'exchange'),
      ...each(fields, 'vnc.ard_auth_credentials', () => 'sealed login'),
      ...each(fields, 'vnc.client_security_type', () => 'security choice'),
      ...each(fields, 'vnc.share_desktop_flag', () => 'client init'),
      ...each(fields, 'vnc.auth_challenge', () => 'challenge'),
      ...each(fields, 'vnc.auth_response', () => 'response'),
      ...each(fields, 'vnc.auth_result', () => 'security result'),
      ...each(fields, 'vnc.desktop_name_len', () => 'server init'),
    ],
  },
  {
    protocol: 'telnet',
    layer: 'telnet',
    fields: ['telnet.cmd', 'telnet.subcmd'],
    theirs: (fields) => {
      const options = [...fields('telnet.subcmd')];
      const commands = fields('telnet.cmd').map(Number);
      const isOf = (command: number): boolean => command >= SUBNEGOTIATION && command <= DONT;
      const subnegotiations = commands.filter((command) => command === SUBNEGOTIATION).length;
      const inside = (options.length - commands.filter(isOf).length) / Math.max(1, subnegotiations);
      return commands
        .filter((command) => command !== SUBNEGOTIATION_END)
        .map((command): Kind => {
          if (command === SUBNEGOTIATION) options.splice(0, 1 + inside);
          // Of a subnegotiation it shows what stands in it the same way.
          const hasOption = command > SUBNEGOTIATION && command <= DONT;
          return [telnetKind(command), hasOption ? `option ${options.shift() ?? ''}` : ''];
        });
    },
  },
  {
    protocol: 'rdp',
    layer: 'cotp',
    fields: ['cotp.type', 'rdp.neg_type'],
    theirs: (fields, stack) =>
      stack.includes('rdp') || stack.includes('t125') || isPort(fields, RDP_PORT)
        ? fields('cotp.type').map((type): Kind => {
            const [negotiation] = fields('rdp.neg_type');
            // tshark writes the code with the four lower bits cut off.
            const isData = Number(type) === 0x0f;
            return [rdpKind(Number(type) << 4), isData ? '' : negotiationName(Number(negotiation ?? 0))];
          })
        : [],
  },
  {
    protocol: 'ipmi',
    layer: 'rmcp',
    fields: [
      'ipmi.bus_command_data',
      'asf.type',
      'ipmi_session.payloadtype',
      'ipmi_session.payloadtype.enc',
      'ipmi.header.netfn',
    ],
    theirs: (fields) => {
      const asf = each(fields, 'asf.type', byNumber(asfKind));
      if (asf.length > 0) return asf;
      const payload = Number(fields('ipmi_session.payloadtype')[0] ?? 0) & 0x3f;
      if (payload !== 0) return [[payloadKind(payload), '']];
      if (isTrue(fields('ipmi_session.payloadtype.enc')[0])) return [[IPMI_ENCRYPTED, '']];
      // Of IPMI 1.5 it shows the bytes alone.
      const [message = ''] = fields('ipmi.bus_command_data');
      if (message !== '') return [[functionKind(parseInt(message.replaceAll(':', '').slice(2, 4), 16) >> 2), '']];
      const code = fields('ipmi.header.netfn')[0];
      return code === undefined ? [] : [[functionKind(Number(code)), '']];
    },
  },
  {
    protocol: 'quic',
    layer: 'quic',
    fields: ['quic.long.packet_type', 'quic.version'],
    theirs: (fields) => [
      ...each(fields, 'quic.long.packet_type', byNumber(quicKind)),
      ...fields('quic.version')
        .filter((version) => Number(version) === 0)
        .map((): Kind => [NEGOTIATION, '']),
    ],
  },
];
