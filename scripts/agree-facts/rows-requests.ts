// Rows of requests: which files, shares, paths and objects were asked for.
import { isTrue, pairs, requestRow, type Row } from './row.ts';

export const REQUEST_ROWS: readonly Row[] = [
  requestRow(
    'ftp',
    'files fetched and stored',
    'ftp',
    ['ftp.request.command', 'ftp.request.arg'],
    (fields) =>
      pairs(fields, 'ftp.request.command', 'ftp.request.arg')
        .filter(([name]) => /^(?:RETR|STOR)$/i.test(name))
        .map(([, file]) => file),
    ({ function: name, name: file }) => (file !== '' && /^(?:RETR|STOR)/.test(name) ? file : undefined),
  ),
  requestRow(
    'tftp',
    'files fetched and stored',
    'tftp.opcode == 1 or tftp.opcode == 2',
    ['tftp.source_file', 'tftp.destination_file'],
    (fields) => [...fields('tftp.source_file'), ...fields('tftp.destination_file')],
    ({ name }) => name,
  ),
  requestRow(
    'http',
    'what is changed (POST, PUT, DELETE)',
    'http.request or http2.headers.method',
    ['http.request.method', 'http.request.uri', 'http2.headers.method', 'http2.headers.path'],
    (fields) =>
      [
        ...pairs(fields, 'http.request.method', 'http.request.uri'),
        ...pairs(fields, 'http2.headers.method', 'http2.headers.path'),
      ]
        .filter(([method]) => /^(?:POST|PUT|DELETE)$/.test(method))
        // Of a target the path is told: behind the question mark there may be a secret.
        .map(([method, uri]) => `${method} ${uri.replace(/^https?:\/\/[^/]+/, '').replace(/\?.*$/, '')}`),
    ({ function: method, name }) => `${method} ${name}`,
  ),
  requestRow(
    'smb',
    'shares connected',
    'smb or smb2',
    ['smb.path', 'smb2.tree', 'smb.cmd', 'smb2.cmd', 'smb2.flags.response', 'smb.flags.response'],
    (fields) => [
      ...(fields('smb.cmd').includes('0x75') && !isTrue(fields('smb.flags.response')) ? fields('smb.path') : []),
      ...(fields('smb2.cmd').includes('3') && !isTrue(fields('smb2.flags.response')) ? fields('smb2.tree') : []),
    ],
    ({ function: name, name: share }) => (name.includes('TREE_CONNECT') ? share : undefined),
  ),
  requestRow(
    'coap',
    'path asked for',
    'coap.code in {1..4}',
    ['coap.opt.uri_path', 'coap.code'],
    (fields) => [fields('coap.opt.uri_path').join('/')],
    // Values within a content (`state pressure`) are named by it, which tshark does not do.
    ({ name, function: method }) =>
      name !== '' && /^(?:GET|POST|PUT|DELETE)/.test(method) && !name.includes(' ') ? name : undefined,
  ),
  requestRow(
    'snmp',
    'objects set',
    'snmp.data == 3',
    ['snmp.name', 'snmp.data'],
    (fields) => (fields('snmp.data')[0] === '3' ? fields('snmp.name') : []),
    ({ function: name, name: object }) => (name === 'SetRequest' ? object : undefined),
  ),
];
