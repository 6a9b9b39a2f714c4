// Every login that the list of the real captures names is told, with its user and its outcome where there is one, and the
// secret that the list knows is the one that a test of candidates recognises.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FactSink, Login } from '../facts/facts.ts';
import { analyze } from './analysis.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/captures/', import.meta.url));
const LIST = `${CAPTURES}LOGINS.tsv`;

interface Told {
  readonly protocol: string;
  readonly mechanism: string;
  readonly user: string;
  readonly outcome: Login['outcome'];
  /** Of the secrets that the list knows for this capture, those that fit. */
  readonly fitting: readonly string[];
}

/** One line of the list: which login it is about, as far as it says. */
interface Listed {
  readonly protocol: string;
  /** Null: it does not say. */
  readonly user: string | null;
  readonly secret: string | null;
  readonly mechanism: RegExp;
}

function listed(fields: readonly string[]): Listed | null {
  const [mqttUser = '', mqttPassword = '', community = '', basic = '', authorization = '', command = ''] = fields;
  const [argument = '', sipUser = '', radiusUser = '', carrier = ''] = fields.slice(6);
  const any = /./;
  if (mqttUser !== '') return { protocol: 'mqtt', user: mqttUser, secret: mqttPassword, mechanism: /clear/ };
  if (community !== '') return { protocol: 'snmp', user: '', secret: community, mechanism: /community/ };
  if (basic !== '') {
    const colon = basic.indexOf(':');
    return { protocol: 'http', user: basic.slice(0, colon), secret: basic.slice(colon + 1), mechanism: /basic/ };
  }
  if (authorization !== '') return ofAuthorization(authorization);
  if (command === 'USER') return { protocol: 'ftp', user: argument, secret: null, mechanism: any };
  if (command === 'PASS') return { protocol: 'ftp', user: null, secret: argument, mechanism: any };
  if (sipUser !== '') return { protocol: 'sip', user: sipUser.replaceAll('"', ''), secret: null, mechanism: any };
  if (radiusUser !== '') return { protocol: 'radius', user: radiusUser, secret: null, mechanism: any };
  const protocol = { POP: 'pop3', VNC: 'vnc', SNMP: 'snmp' }[carrier];
  return protocol === undefined ? null : { protocol, user: null, secret: null, mechanism: any };
}

function ofAuthorization(text: string): Listed | null {
  const [scheme = ''] = text.split(' ');
  const token = text.slice(scheme.length).trim();
  const bytes = Buffer.from(token, 'base64');
  const isNtlm = bytes.subarray(0, 7).toString('latin1') === 'NTLMSSP';
  // The first message of NTLM names nobody.
  if (isNtlm && bytes[8] !== 3) return null;
  const user = /username="([^"]*)"/.exec(text)?.[1] ?? null;
  const mechanism = isNtlm ? /ntlm/ : scheme === 'Negotiate' ? /kerberos|negotiate/ : new RegExp(scheme, 'i');
  return { protocol: 'http', user, secret: null, mechanism };
}

async function loginsOf(path: string, secrets: readonly string[]): Promise<Told[]> {
  const told: Told[] = [];
  const ignore = (): void => undefined;
  const facts: FactSink = {
    operation: ignore,
    conversation: ignore,
    transfer: ignore,
    claim: ignore,
    violation: ignore,
    trait: ignore,
    login: ({ protocol, mechanism, user, outcome, test: fits }) => {
      told.push({ protocol, mechanism, user, outcome, fitting: secrets.filter((secret) => fits?.(secret) === true) });
    },
  };
  await analyze({ paths: [path], modules: false, facts: () => facts });
  return told;
}

/** Logins of which nobody can know the outcome, by capture; all others of the list end accepted or refused. */
const UNKNOWN: ReadonlyMap<string, number> = new Map([
  // No answer: the server was not there any more, the capture ends or has lost it.
  ['OISF__suricata-verify/tests/mqtt-events-unintroduced/input.pcap', 1],
  ['zeek__zeek/testing/btest/Traces/radius/radius_localhost.pcap', 1],
  ['zeek__zeek/testing/btest/Traces/snmp/snmpv1_get.pcap', 2],
  ['zeek__zeek/testing/btest/Traces/snmp/snmp-oid-subidentifier-too-long.pcap', 1],
  ['odedshimon__BruteShark/Pcap_Examples/HTTP - Basic Authentication.pcap', 1],
  ['odedshimon__BruteShark/Pcap_Examples/HTTP - NTLM.pcap', 6],
  // The same, and a trap, which nobody answers.
  ['zeek__zeek/testing/btest/Traces/snmp/leak_test.pcapng', 3],
  ['zeek__zeek/testing/btest/Traces/snmp/snmpv1_trap.pcap', 1],
  // The refusal stands behind binary bytes in one line.
  ['zeek__zeek/testing/btest/Traces/ftp/ipv6-violation.pcap', 1],
  // Answered with an error of the server (500).
  ['odedshimon__BruteShark/Pcap_Examples/Kerberos v5 UDP 2.pcap', 1],
]);

describe(
  'logins of the real captures',
  { skip: existsSync(LIST) ? false : 'skipped: the captures are not there' },
  () => {
    const byCapture = new Map<string, Listed[]>();
    const lines = existsSync(LIST) ? readFileSync(LIST, 'utf8').trimEnd().split('\n').slice(1) : [];
    for (const line of lines) {
      const [path = '', , text = ''] = line.split('\t');
      const entry = listed(text.slice(text.indexOf(' ') + 1).split('|'));
      if (entry !== null) byCapture.set(path, [...(byCapture.get(path) ?? []), entry]);
    }
    for (const [path, entries] of byCapture) {
      test(
        `${path}: ${entries.length} as the list has them`,
        { skip: existsSync(CAPTURES + path) ? false : 'skipped: not there' },
        async () => {
          const secrets = entries.flatMap(({ secret }) => (secret === null ? [] : [secret]));
          const logins = await loginsOf(CAPTURES + path, secrets);
          const unknown = logins.filter(({ outcome }) => outcome === 'unknown');
          assert.equal(unknown.length, UNKNOWN.get(path) ?? 0, 'logins whose outcome is unknown');
          for (const { protocol, user, secret, mechanism } of entries) {
            const found = logins.some(
              (login) =>
                (login.protocol === protocol || (protocol === 'http' && login.protocol === 'mqtt')) &&
                (user === null || login.user === user) &&
                (secret === null || login.fitting.includes(secret)) &&
                mechanism.test(login.mechanism),
            );
            assert.ok(
              found,
              `${protocol} ${user ?? ''} ${mechanism.source}; told: ${logins.map((login) => `${login.protocol} ${login.user} ${login.mechanism} ${login.outcome}`).join(', ')}`,
            );
          }
        },
      );
    }
  },
);
