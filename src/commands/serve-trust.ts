// On which address `1sec serve` listens, and that it does so beyond this machine only with a certificate and with tokens.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { showable } from '../bytes/text.ts';
import { UsageError, type CommandLine, type OptionSpecification } from './command-line.ts';

export const TRUST_OPTIONS: readonly OptionSpecification[] = [
  {
    name: 'listen',
    value: 'ADDRESS',
    text: 'the IP address to listen on (default 127.0.0.1); :: and 0.0.0.0 mean all',
  },
  { name: 'certificate', value: 'FILE', text: 'speak TLS with this certificate (PEM, with its chain); needs --key' },
  { name: 'key', value: 'FILE', text: 'the private key of the certificate (PEM, without a passphrase)' },
  { name: 'tokens', value: 'FILE', text: "let those in who have a token of this file; see '1sec help tokens'" },
];

export interface Trust {
  readonly host: string;
  readonly isLoopback: boolean;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Whether the certificate names this host. */
  readonly isOwnName: ((host: string) => boolean) | undefined;
  /** What the address line says: a name of the certificate. */
  readonly shownHost: string;
  readonly tokens: string | undefined;
}

const LOOPBACK_DEFAULT = '127.0.0.1';

/** Throws UsageError: what is missing for that address is named. */
export function trustOf({ options }: CommandLine): Trust {
  const host = options.get('listen') ?? LOOPBACK_DEFAULT;
  if (isIP(host) === 0) throw new UsageError(`option --listen cannot be '${showable(host)}'; it is an IP address`);
  const isLoopback = host === '::1' || host.startsWith('127.');
  const [certificate, key, tokens] = ['certificate', 'key', 'tokens'].map((name) => options.get(name));
  if ((certificate === undefined) !== (key === undefined))
    throw new UsageError('--certificate and --key belong together: give both');
  const missing = [
    ...(certificate === undefined ? ['--certificate FILE --key FILE'] : []),
    ...(tokens === undefined ? ['--tokens FILE'] : []),
  ];
  if (!isLoopback && missing.length > 0)
    throw new UsageError(`${host} is beyond this machine: that needs ${missing.join(' and ')}; see '1sec help serve'`);
  const read = certificate === undefined ? undefined : readCertificate(certificate, key!);
  return {
    host,
    isLoopback,
    tls: read?.tls,
    isOwnName: read === undefined ? undefined : (name) => isNamed(read.parsed, name),
    shownHost: shownHost(host, read?.parsed),
    tokens,
  };
}

function readCertificate(path: string, keyPath: string): { tls: NonNullable<Trust['tls']>; parsed: X509Certificate } {
  const [certificate, key] = [readText(path), readText(keyPath)];
  const shown = showable(path, 400);
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    throw new UsageError(`${shown} is no certificate in PEM`);
  }
  if (!isPair(parsed, key, keyPath)) throw new UsageError(`${showable(keyPath, 400)} is not the key of ${shown}`);
  const now = Date.now();
  if (Date.parse(parsed.validTo) < now) throw new UsageError(`${shown} has expired: ${showable(parsed.validTo)}`);
  if (Date.parse(parsed.validFrom) > now)
    throw new UsageError(`${shown} is not valid before ${showable(parsed.validFrom)}`);
  if (namesOf(parsed).length === 0)
    throw new UsageError(`${shown} names no host (subject alternative name): browsers refuse it`);
  return { tls: { certificate, key }, parsed };
}

function isPair(certificate: X509Certificate, key: string, keyPath: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new UsageError(`${showable(keyPath, 400)} is no private key in PEM, or it has a passphrase`);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${showable(path, 400)} cannot be read: ${(error as Error).message}`);
  }
}

/** A name that it does not hold is a page that tricks a browser (DNS rebinding). */
function isNamed(certificate: X509Certificate, host: string): boolean {
  if (host === '') return false;
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function namesOf({ subjectAltName }: X509Certificate): string[] {
  return [...(subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].map(([, name]) => name!);
}

function shownHost(host: string, certificate: X509Certificate | undefined): string {
  const name = certificate === undefined ? host : (namesOf(certificate).find((each) => !each.includes('*')) ?? host);
  return isIPv6(name) ? `[${name}]` : name;
}
