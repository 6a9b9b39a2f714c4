// Builds the captures of this folder, a session of each protocol; `npm run golden -- --update` writes the files.
import { TcpExample, type Endpoint } from '../../example-conversation.ts';
import { text } from '../../example-stream.ts';

const PANEL: Endpoint = { mac: 1, ip: 10, port: 50_001 };
const base64 = (value: string): string => Buffer.from(value).toString('base64');

function session(port: number, ...said: readonly string[]): Uint8Array {
  const conversation = new TcpExample(PANEL, { mac: 2, ip: 20, port });
  for (const line of said) conversation.send(line.startsWith('C'), text(`${line.slice(3)}\r\n`));
  return conversation.file();
}

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const smtp = session(
    587,
    'S: 220 mail.example.com ESMTP Postfix (Debian)',
    'C: EHLO panel-7.example.com',
    'S: 250-mail.example.com\r\n250 AUTH PLAIN CRAM-MD5',
    `C: AUTH PLAIN ${base64('\0panel\0wrong')}`,
    'S: 535 5.7.8 authentication failed',
    'C: AUTH CRAM-MD5',
    `S: 334 ${base64('<1896.697170952@postoffice.reston.mci.net>')}`,
    `C: ${base64('tim b913a602c7eda7a495b4e6e7334d3890')}`,
    'S: 235 2.7.0 ok',
    'C: DATA',
    'S: 354 go on',
    'C: Subject: alarm\r\n\r\npump 7\r\n.',
    'S: 250 ok',
  );
  const pop3 = session(
    110,
    'S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>',
    'C: USER panel',
    'S: +OK',
    'C: PASS wrong',
    'S: -ERR no',
    'C: APOP mrose c4c9334bac560ecc979e58001b3e22fb',
    'S: +OK maildrop has 1 message',
  );
  const imap = session(
    143,
    'S: * OK Dovecot ready.',
    'C: a LOGIN panel {6}',
    'S: + go on',
    'C: pump 7',
    'S: a OK logged in',
  );
  return new Map([
    ['imap.pcap', imap],
    ['pop3.pcap', pop3],
    ['smtp.pcap', smtp],
  ]);
}
