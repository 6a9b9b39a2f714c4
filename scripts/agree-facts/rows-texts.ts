// Rows of what programs say of themselves, and of what they are asked for by name.
import { RPC_INTERFACES } from '../../src/protocols/rpc-interfaces.ts';
import { claimRow, pairs, traitRow, type Fields, type Row } from './row.ts';

function isSsdp(fields: Fields): boolean {
  return fields('frame.protocols')[0]?.includes('ssdp') === true;
}

export const TEXT_ROWS: readonly Row[] = [
  traitRow('tls', 'tls-server-name', 'tls.handshake.type == 1', 'tls.handshake.extensions_server_name'),
  traitRow('http', 'user-agent', 'http.user_agent', ['http.user_agent', 'frame.protocols'], (fields) =>
    isSsdp(fields) ? [] : fields('http.user_agent'),
  ),
  claimRow('ssh', 'ssh banner', 'application', 'ssh.protocol', 'ssh.protocol', (fields) =>
    // Behind the program's name and version stands a comment (RFC 4253 4.2).
    fields('ssh.protocol').map((line) => /^SSH-[^-]+-(\S+)/.exec(line)?.[1] ?? ''),
  ),
  claimRow('smtp', 'smtp ehlo', 'name', 'smtp.req', ['smtp.req.command', 'smtp.req.parameter'], (fields) =>
    pairs(fields, 'smtp.req.command', 'smtp.req.parameter')
      .filter(([command]) => /^(?:EHLO|HELO)$/i.test(command))
      // An address in brackets, and a word without a dot, name no host (RFC 5321 2.3.5, 4.1.3).
      .map(([, name]) => (/^[\w-]+(?:\.[\w-]+)+$/.test(name) ? name : '')),
  ),
  claimRow('tds', 'tds login', 'name', 'tds', 'tds.7login.clientname'),
  claimRow('tds', 'tds login', 'application', 'tds', 'tds.7login.appname'),
  claimRow('radius', 'radius NAS-Identifier', 'name', 'radius', 'radius.NAS_Identifier'),
  traitRow('radius', 'radius-station', 'radius.code == 1', 'radius.Calling_Station_Id'),
  traitRow('rtsp', 'rtsp-session-name', 'rtsp and sdp', ['sdp.session_name', 'frame.protocols'], (fields) =>
    fields('frame.protocols')[0]?.includes('rtsp') === true ? fields('sdp.session_name') : [],
  ),
  traitRow('dcerpc', 'rpc-interface', 'dcerpc.cn_bind_to_uuid', 'dcerpc.cn_bind_to_uuid', (fields) =>
    fields('dcerpc.cn_bind_to_uuid').map((uuid) => RPC_INTERFACES.find((known) => known.uuid === uuid)?.name ?? uuid),
  ),
  traitRow(
    'quic',
    'quic-alpn',
    'quic and tls.handshake.type == 1',
    ['tls.handshake.extensions_alpn_str', 'frame.protocols'],
    (fields) =>
      fields('frame.protocols')[0]?.includes('quic') === true ? fields('tls.handshake.extensions_alpn_str') : [],
  ),
];
