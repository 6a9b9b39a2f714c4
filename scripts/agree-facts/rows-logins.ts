// Rows of logins: who logs in, as far as tshark shows it; of secrets nothing is compared or printed.
import { outcomeRow, pairs, traitRow, userRow, type Fields, type Row } from './row.ts';

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

/** Who is to be acted for, who it is, the password (RFC 4616 2). */
function plainUser(base64: string): string {
  const [actedFor = '', user = ''] = decoded(base64).split('\0');
  return user === '' ? actedFor : user;
}

/** A mail command of one name, with what follows it. */
function commands(fields: Fields, command: string, parameter: string, name: string): string[] {
  return pairs(fields, command, parameter)
    .filter(([word]) => word.toUpperCase() === name)
    .map(([, text]) => text);
}

export const LOGIN_ROWS: readonly Row[] = [
  userRow('ftp', 'ftp', ['ftp.request.command', 'ftp.request.arg'], (fields) =>
    commands(fields, 'ftp.request.command', 'ftp.request.arg', 'USER'),
  ),
  userRow(
    'pop3',
    'pop',
    ['pop.request.command', 'pop.request.parameter'],
    (fields) => commands(fields, 'pop.request.command', 'pop.request.parameter', 'USER'),
    /^clear$/,
  ),
  userRow(
    'pop3',
    'pop',
    ['pop.request.command', 'pop.request.parameter'],
    (fields) =>
      commands(fields, 'pop.request.command', 'pop.request.parameter', 'APOP').map((text) => text.split(' ')[0]!),
    /^apop$/,
  ),
  userRow(
    'imap',
    'imap',
    ['imap.request.username'],
    (fields) => fields('imap.request.username').map((user) => user.replace(/^"(.*)"$/, '$1')),
    /^clear$/,
  ),
  userRow(
    'smtp',
    'smtp',
    ['smtp.auth.username', 'smtp.auth.username_password'],
    (fields) => [...fields('smtp.auth.username').map(decoded), ...fields('smtp.auth.username_password').map(plainUser)],
    /^sasl-(?:plain|login)$/,
  ),
  userRow('redis', 'resp', ['resp.bulk_string.value', 'tcp.dstport'], (fields) =>
    redisUser(fields('resp.bulk_string.value')),
  ),
  userRow('postgres', 'pgsql', ['pgsql.parameter_name', 'pgsql.parameter_value'], (fields) =>
    commands(fields, 'pgsql.parameter_name', 'pgsql.parameter_value', 'USER'),
  ),
  userRow('radius', 'radius.code == 1', ['radius.User_Name', 'radius.code'], (fields) =>
    fields('radius.code')[0] === '1' ? fields('radius.User_Name') : [],
  ),
  userRow('ppp', 'pap or chap', ['pap.peer_id', 'chap.name', 'chap.code'], (fields) => [
    ...fields('pap.peer_id'),
    ...(fields('chap.code')[0] === '2' ? fields('chap.name') : []),
  ]),
  userRow(
    'ldap',
    'ldap.protocolOp == 0',
    ['ldap.name', 'ldap.simple'],
    (fields) => (fields('ldap.simple').length > 0 ? fields('ldap.name') : []),
    /^clear$/,
  ),
  {
    protocol: 'ntlm',
    what: 'user of logins (in SMB, LDAP, HTTP, DCE/RPC …)',
    filter: 'ntlmssp.messagetype == 3',
    fields: ['ntlmssp.auth.username'],
    theirs: (fields) => fields('ntlmssp.auth.username').filter((user) => user !== 'NULL'),
    login: ({ mechanism, user }) => (mechanism.startsWith('ntlm') && user !== '' ? user : undefined),
  },
  userRow(
    'smb',
    'smb.account',
    ['smb.account', 'tcp.srcport'],
    (fields) =>
      // What a server says is no login, whatever its flags say.
      /^(?:139|445)$/.test(fields('tcp.srcport')[0] ?? '') ? [] : fields('smb.account'),
    /^clear$/,
  ),
  userRow('mysql', 'mysql', ['mysql.user'], (fields) => fields('mysql.user')),
  userRow('tds', 'tds', ['tds.7login.username'], (fields) => fields('tds.7login.username')),
  userRow(
    'http',
    'http.authbasic or http2.headers.authorization',
    ['http.authbasic', 'http2.headers.authorization'],
    (fields) => [
      ...fields('http.authbasic').map((text) => text.split(':')[0]!),
      ...fields('http2.headers.authorization').map(
        (text) => decoded(/^Basic (.*)$/i.exec(text)?.[1] ?? '').split(':')[0]!,
      ),
    ],
    /^http-basic$/,
  ),
  userRow(
    'http',
    'http.authorization',
    ['http.authorization'],
    (fields) => fields('http.authorization').map(digestUser),
    /^http-digest$/,
  ),
  userRow(
    'sip',
    'sip.auth.username',
    ['sip.auth.username'],
    (fields) => fields('sip.auth.username').map((user) => user.replace(/^"(.*)"$/, '$1')),
    /^http-digest$/,
  ),
  userRow('snmp', 'snmp.msgUserName', ['snmp.msgUserName'], (fields) => fields('snmp.msgUserName'), /^snmp-usm/),
  outcomeRow('ftp', 'ftp.response.code', ['ftp.response.code'], (fields) =>
    outcomesOf(fields('ftp.response.code'), /^230$/, /^530$/),
  ),
  outcomeRow('radius', 'radius.code', ['radius.code'], (fields) => outcomesOf(fields('radius.code'), /^2$/, /^3$/)),
  // 14: the exchange goes on.
  outcomeRow('ldap', 'ldap.protocolOp == 1', ['ldap.resultCode', 'ldap.protocolOp'], (fields) =>
    fields('ldap.protocolOp')[0] === '1' ? outcomesOf(fields('ldap.resultCode'), /^0$/, /^(?!0$|14$)/) : [],
  ),
  outcomeRow('vnc', 'vnc.auth_result', ['vnc.auth_result'], (fields) =>
    outcomesOf(fields('vnc.auth_result'), /^(?:0|False)$/, /^(?:1|True)$/),
  ),
  traitRow('sip', 'sip-realm', 'sip', 'sip.auth.realm', (fields) =>
    fields('sip.auth.realm').map((realm) => realm.replace(/^"(.*)"$/, '$1')),
  ),
  traitRow('rdp', 'rdp-cookie', 'rdp or tpkt', 'rdp.rt_cookie', (fields) =>
    // The user stands behind these words (MS-RDPBCGR 2.2.1.1).
    fields('rdp.rt_cookie').map((cookie) => cookie.replace(/^Cookie: mstshash=/, '')),
  ),
  // Of replies the realm of the client is told; that of the ticket inside may be another's.
  traitRow(
    'kerberos',
    'kerberos-realm',
    'kerberos.msg_type in {11,13}',
    ['kerberos.crealm', 'kerberos.msg_type'],
    (fields) => (/^1[13]$/.test(fields('kerberos.msg_type')[0] ?? '') ? fields('kerberos.crealm') : []),
  ),
  traitRow(
    'kerberos',
    'kerberos-principal',
    'kerberos.msg_type == 10',
    ['kerberos.CNameString', 'kerberos.realm', 'kerberos.msg_type'],
    (fields) =>
      fields('kerberos.msg_type')[0] === '10'
        ? [`${fields('kerberos.CNameString').join('/')}@${fields('kerberos.realm')[0] ?? ''}`]
        : [],
  ),
  traitRow('telnet', 'telnet-terminal', 'telnet', ['telnet.string_subopt.value', 'telnet.subcmd'], terminals),
  traitRow('vnc', 'vnc-desktop', 'vnc', 'vnc.desktop_name'),
  traitRow('vnc', 'vnc-version', 'vnc', 'vnc.server_proto_ver'),
];

/** `AUTH password` is of the user `default`. */
function redisUser(values: readonly string[]): string[] {
  const words = values.map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
  if (words[0]?.toUpperCase() !== 'AUTH') return [];
  return [words.length > 2 ? words[1]! : 'default'];
}

function digestUser(text: string): string {
  return /^Digest\b.*\busername="([^"]*)"/i.exec(text)?.[1] ?? '';
}

function outcomesOf(codes: readonly string[], accepted: RegExp, refused: RegExp): string[] {
  return codes.map((code) => (accepted.test(code) ? 'accepted' : refused.test(code) ? 'refused' : ''));
}

/** Options whose values are texts for tshark: location, terminal type, display (RFC 779, 1091, 1096). */
function terminals(fields: Fields): string[] {
  const order = fields('telnet.subcmd').filter((option) => /^(?:23|24|35)$/.test(option));
  return fields('telnet.string_subopt.value').filter((_, index) => order[index] === '24');
}
