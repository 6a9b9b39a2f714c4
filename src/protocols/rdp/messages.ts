// The code tables of RDP, with the names of MS-RDPBCGR.

/** 2.2.1.1.1, 2.2.1.2.1, 2.2.1.2.2. */
export const Negotiation = { request: 1, response: 2, failure: 3 } as const;
export const NEGOTIATION_BYTES = 8;

/** 2.2.1.1.1: bits of what a client offers; a server selects one of them, or 0. */
export const SecurityProtocol = { tls: 1, credSsp: 2, rdsTls: 4, credSspEarly: 8, entraId: 16 } as const;

const PROTOCOL_NAMES: readonly (readonly [number, string])[] = [
  [SecurityProtocol.tls, 'TLS'],
  [SecurityProtocol.credSsp, 'CredSSP'],
  [SecurityProtocol.rdsTls, 'RDSTLS'],
  [SecurityProtocol.credSspEarly, 'CredSSP with early authorization'],
  [SecurityProtocol.entraId, 'RDS AAD'],
];

/** `TLS, CredSSP`; nothing is standard RDP security. */
export function protocolNames(bits: number): string {
  const names = PROTOCOL_NAMES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? 'standard security' : names.join(', ');
}

/** The login's mechanism; what follows is encrypted in every case. */
export function mechanismOf(selected: number): string {
  if ((selected & (SecurityProtocol.credSsp | SecurityProtocol.credSspEarly)) !== 0) return 'rdp-credssp';
  return selected === 0 ? 'rdp' : 'rdp-tls';
}

/** 2.2.1.2.2. */
const FAILURES: ReadonlyMap<number, string> = new Map([
  [1, 'the server demands TLS'],
  [2, 'the server does not allow TLS'],
  [3, 'the server has no certificate'],
  [4, 'flags contradict each other'],
  [5, 'the server demands CredSSP'],
  [6, 'the server demands TLS with a certificate of the client'],
]);

export function failureName(code: number): string {
  return FAILURES.get(code) ?? `failure ${code}`;
}

/** 2.2.1.3.1, 2.2.1.4.1: types of user data blocks. */
export const Block = {
  clientCore: 0xc001,
  clientSecurity: 0xc002,
  clientNetwork: 0xc003,
  serverCore: 0x0c01,
  serverSecurity: 0x0c02,
} as const;

/** 2.2.1.3.2: `version`. */
const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x00080001, '4.0'],
  [0x00080004, '5.0 to 8.1'],
  [0x00080005, '10.0'],
  [0x00080006, '10.1'],
  [0x00080007, '10.2'],
  [0x00080008, '10.3'],
  [0x00080009, '10.4'],
  [0x0008000a, '10.5'],
  [0x0008000b, '10.6'],
  [0x0008000c, '10.7'],
  [0x0008000d, '10.8'],
  [0x0008000e, '10.9'],
  [0x0008000f, '10.10'],
  [0x00080010, '10.11'],
  [0x00080011, '10.12'],
]);

export function versionName(version: number): string {
  return VERSIONS.get(version) ?? `0x${version.toString(16).padStart(8, '0')}`;
}

/** Builds of Windows from which each begins; a client of another maker names the build of the one it imitates. */
const SYSTEMS: readonly (readonly [number, number, string])[] = [
  [2195, 2195, 'Windows 2000'],
  [2600, 2600, 'Windows XP'],
  [3790, 3790, 'Windows Server 2003'],
  [6000, 6003, 'Windows Vista or Server 2008'],
  [7600, 7601, 'Windows 7 or Server 2008 R2'],
  [9200, 9200, 'Windows 8 or Server 2012'],
  [9600, 9600, 'Windows 8.1 or Server 2012 R2'],
  [10_240, 19_999, 'Windows 10 or Server 2016 to 2019'],
  [20_348, 20_348, 'Windows Server 2022'],
  [22_000, 29_999, 'Windows 11 or Server 2025'],
];

export function systemOfBuild(build: number): string {
  return SYSTEMS.find(([first, last]) => build >= first && build <= last)?.[2] ?? '';
}

/** 2.2.1.4.3: `encryptionMethod` and `encryptionLevel`. */
const METHODS: ReadonlyMap<number, string> = new Map([
  [0, 'none'],
  [1, '40 bit'],
  [2, '128 bit'],
  [8, '56 bit'],
  [16, 'FIPS'],
]);

export function encryptionName(method: number): string {
  return METHODS.get(method) ?? `method ${method}`;
}

export const RULES = {
  'connect-cut': 'a field reaches past the end of the connect message',
} as const;
