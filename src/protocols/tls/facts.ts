// Turns what a hello, a certificate and an alert say into traits of the host that sent them.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { toolOfCertificate, toolOfName } from '../remote-support-names.ts';
import { readCertificate } from './certificate.ts';
import { cipherName } from './cipher-suites.ts';
import { ja3, ja3s, ja4 } from './fingerprints.ts';
import type { Hello } from './hello.ts';
import { AlertLevel, alertName, versionName } from './messages.ts';

/** RFC 1035 2.3.4. */
const NAME_CHARACTERS_MAX = 255;

/** `transport`: `t` for TCP, `q` for QUIC. */
export function tellClientHello(
  context: MessageContext,
  hello: Hello,
  bytes: Uint8Array,
  transport: 't' | 'q' = 't',
): void {
  trait(context, 'ja3', ja3(hello));
  trait(context, 'ja4', ja4(hello, bytes, transport));
  const serverName = printable(bytes, hello.nameStart, hello.nameEnd, NAME_CHARACTERS_MAX);
  trait(context, 'tls-server-name', serverName);
  trait(context, 'remote-support', toolOfName(serverName));
}

export function tellServerHello(context: MessageContext, hello: Hello): void {
  trait(context, 'ja3s', ja3s(hello));
  trait(context, 'tls-version', versionName(hello.versions[0] ?? hello.version));
  trait(context, 'tls-cipher', cipherName(hello.ciphers[0]!));
}

/** False: nobody can read it. */
export function tellCertificate(context: MessageContext, der: Uint8Array): boolean {
  const certificate = readCertificate(der);
  if (certificate === null) return false;
  trait(context, 'certificate-subject', certificate.subject);
  trait(context, 'certificate-issuer', certificate.issuer);
  trait(context, 'certificate-validity', certificate.validity);
  trait(context, 'certificate-sha256', certificate.sha256);
  trait(context, 'certificate-key', certificate.key);
  trait(context, 'remote-support', toolOfCertificate(certificate.subject, certificate.issuer));
  claim(context, sender(context), -1, 'name', certificate.hostName, 'tls certificate', Trust.hint);
  return true;
}

export function tellAlert(context: MessageContext, level: number, description: number): void {
  trait(context, 'tls-alert', `${level === AlertLevel.fatal ? 'fatal' : 'warning'} ${alertName(description)}`);
}

function sender(context: MessageContext): number {
  return context.fromClient ? context.client : context.server;
}

/** An empty value says nothing and is left out. */
function trait(context: MessageContext, name: string, value: string): void {
  if (value === '') return;
  const { timeUs, frame, sink } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host: sender(context), trait: name, value });
}
