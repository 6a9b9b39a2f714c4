// Logins whose client or server is a package of npm's, which is installed for it in a folder of its own: a controller of
// Snap7's with its protection password, and an ONVIF client, whose camera is written here, as npm has none.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNTS, SERVER, pairs, quoted, type Mechanism } from './servers.ts';

/** Stays, so that what has to be compiled is compiled once. */
const PACKAGES = join(tmpdir(), 'score-credentials-packages');
const CAMERA_PORT = 18_580;

export const PACKAGE_MECHANISMS: readonly Mechanism[] = [s7(), onvif()];

function installed(name: string, version: string): string {
  return `test -d ${PACKAGES}/node_modules/${name} || npm install --silent --no-audit --no-fund --prefix ${PACKAGES} ${name}@${version}`;
}

/** The system's node: the package is compiled for it. */
function node(path: string): string {
  return `NODE_PATH=${PACKAGES}/node_modules node ${path}`;
}

/** Snap7's server takes any password for right. */
function s7(): Mechanism {
  return {
    name: 's7-password',
    programs: ['npm', 'node', 'make', 'g++'],
    port: 102,
    accounts: { listed: ['', 'admin'], strong: ['', 'Tr0ut-58'] },
    isAnyAccepted: true,
    serve: (folder) => {
      writeFileSync(
        join(folder, 'serve.cjs'),
        `new (require('node-snap7').S7Server)().StartTo('${SERVER}', () => {}); setInterval(() => {}, 1000);\n`,
      );
      writeFileSync(
        join(folder, 'login.cjs'),
        [
          "const client = new (require('node-snap7').S7Client)();",
          `client.ConnectTo('${SERVER}', 0, 2, () => {`,
          '  client.SetSessionPassword(process.argv[2]);',
          '  client.Disconnect();',
          '});\n',
        ].join('\n'),
      );
      return { before: [installed('node-snap7', '1.0.9')], command: node(join(folder, 'serve.cjs')) };
    },
    login: (_user, secret, _mechanism, folder) => `${node(join(folder, 'login.cjs'))} ${quoted(secret.slice(0, 8))}`,
  };
}

/** WS-Security UsernameToken with a digest (OASIS, 2004), as ONVIF Core 5.9.1 asks for; a Fault where it is wrong. */
function onvif(): Mechanism {
  return {
    name: 'onvif-ws-security',
    programs: ['npm', 'node'],
    port: CAMERA_PORT,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      writeFileSync(join(folder, 'serve.cjs'), CAMERA);
      writeFileSync(
        join(folder, 'login.cjs'),
        [
          "const { Cam } = require('onvif');",
          'const [username, password] = process.argv.slice(2);',
          `const camera = new Cam({ hostname: '${SERVER}', port: ${CAMERA_PORT}, username, password, autoconnect: false });`,
          'camera.getDeviceInformation(() => process.exit(0));\n',
        ].join('\n'),
      );
      const known = pairs(accounts).map((pair) => quoted(pair.join(':')));
      return {
        before: [installed('onvif', '0.8.3')],
        command: `${node(join(folder, 'serve.cjs'))} ${SERVER} ${CAMERA_PORT} ${known.join(' ')}`,
      };
    },
    login: (user, secret, _mechanism, folder) => `${node(join(folder, 'login.cjs'))} ${user} ${quoted(secret)}`,
  };
}

const CAMERA = `
const { createHash } = require('node:crypto');
const [address, port, ...known] = process.argv.slice(2);
const users = new Map(known.map((pair) => pair.split(':')));
const envelope = (body) =>
  '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" ' +
  'xmlns:ter="http://www.onvif.org/ver10/error" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><SOAP-ENV:Body>' +
  body + '</SOAP-ENV:Body></SOAP-ENV:Envelope>';
const of = (name, text) => new RegExp('<(?:\\\\w+:)?' + name + '(?: [^>]*)?>([^<]*)<').exec(text)?.[1] ?? '';
const isRight = (text) => {
  const secret = users.get(of('Username', text));
  if (secret === undefined) return false;
  const hash = createHash('sha1').update(Buffer.from(of('Nonce', text), 'base64')).update(of('Created', text) + secret);
  return hash.digest('base64') === of('Password', text);
};
require('node:http').createServer((request, response) => {
  let text = '';
  request.on('data', (part) => (text += part)).on('end', () => {
    const isIn = isRight(text);
    response.writeHead(isIn ? 200 : 400, { 'Content-Type': 'application/soap+xml; charset=utf-8' });
    response.end(envelope(isIn
      ? '<tds:GetDeviceInformationResponse><tds:Manufacturer>Example</tds:Manufacturer><tds:Model>C1</tds:Model>' +
        '<tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>' +
        '</tds:GetDeviceInformationResponse>'
      : '<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode>' +
        '<SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>' +
        '<SOAP-ENV:Text xml:lang="en">Sender not authorized</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>'));
  });
}).listen(Number(port), address);
`;
