// Rows of what programs say of themselves, and of what they are asked for by name.
import { RPC_INTERFACES } from '../../src/protocols/rpc-interfaces.ts';
import { claimRow, pairs, traitRow, type Fields, type Row } from './row.ts';

function isSsdp(fields: Fields): boolean {
  return fields('frame.protocols')[0]?.includes('ssdp') === true;
}

const TLS_VERSIONS: Readonly<Record<number, string>> = {
  0x0300: 'SSL 3.0',
  0x0301: 'TLS 1.0',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
};

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
  // Of what a client offers the first is told.
  traitRow(
    'quic',
    'quic-alpn',
    'quic and tls.handshake.type == 1',
    ['tls.handshake.extensions_alpn_str', 'frame.protocols'],
    (fields) =>
      fields('frame.protocols')[0]?.includes('quic') === true
        ? fields('tls.handshake.extensions_alpn_str').slice(0, 1)
        : [],
  ),
  traitRow(
    'tls',
    'tls-version',
    'tls.handshake.type == 2',
    ['tls.handshake.type', 'tls.handshake.version', 'tls.handshake.extensions.supported_version'],
    (fields) => {
      // Frames that hold one hello alone, so that it is known whose the extension is (RFC 8446 4.2.1).
      const hellos = fields('tls.handshake.type').filter((type) => type === '1' || type === '2');
      if (hellos.join() !== '2') return [];
      const version =
        fields('tls.handshake.extensions.supported_version')[0] ?? fields('tls.handshake.version')[0] ?? '';
      return [TLS_VERSIONS[Number(version)] ?? version];
    },
  ),
  traitRow('http', 'http-realm', 'http.www_authenticate', 'http.www_authenticate', (fields) =>
    fields('http.www_authenticate').map((text) => /\brealm="([^"]*)"/i.exec(text)?.[1] ?? ''),
  ),
  traitRow(
    'postgres',
    'database',
    'pgsql or tds',
    ['pgsql.parameter_name', 'pgsql.parameter_value', 'tds.7login.databasename'],
    (fields) => [...parameters(fields, 'database'), ...fields('tds.7login.databasename')],
  ),
  claimRow(
    'postgres',
    'postgres startup',
    'application',
    'pgsql',
    ['pgsql.parameter_name', 'pgsql.parameter_value'],
    (fields) => parameters(fields, 'application_name'),
  ),
  claimRow('mysql', 'mysql greeting', 'application', 'mysql.version', 'mysql.version', (fields) =>
    // MariaDB puts a version of MySQL before its own.
    fields('mysql.version').map((text) =>
      text.includes('MariaDB') ? `MariaDB ${text.replace(/^5\.5\.5-/, '')}` : `MySQL ${text}`,
    ),
  ),
  claimRow('rdp', 'rdp client core data', 'name', 'rdp', 'rdp.client.name'),
  claimRow('rdp', 'rdp client core data', 'application', 'rdp', 'rdp.client.build', (fields) =>
    fields('rdp.client.build').map((build) => `RDP client build ${build}`),
  ),
  claimRow('sip', 'sip header', 'application', 'sip', ['sip.User-Agent', 'sip.Server'], (fields) => [
    ...fields('sip.User-Agent'),
    ...fields('sip.Server'),
  ]),
];

function parameters(fields: Fields, name: string): string[] {
  return pairs(fields, 'pgsql.parameter_name', 'pgsql.parameter_value')
    .filter(([parameter]) => parameter === name)
    .map(([, value]) => value);
}
