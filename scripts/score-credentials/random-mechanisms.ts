// Random challenges and responses of each mechanism that is recomputed or compared, made as the protocols read them.
import { clearSecret } from '../../src/protocols/clear-secret.ts';
import { CHAP_RESPONSE_BYTES, chapTest } from '../../src/protocols/chap.ts';
import { digestTest, parseDigest } from '../../src/protocols/digest.ts';
import { findToken } from '../../src/protocols/http/web-services-security.ts';
import { Auth } from '../../src/protocols/ipmi/messages.ts';
import { AUTH_CODE_BYTES } from '../../src/protocols/ipmi/parse.ts';
import { rakp2Attempt, rakp3Attempt, type Handshake } from '../../src/protocols/ipmi/rakp.ts';
import { activateAttempt } from '../../src/protocols/ipmi/sessions15.ts';
import { apopTest } from '../../src/protocols/mail/pop3.ts';
import { MS_CHAP_BYTES, MS_CHAP_V2_CHALLENGE_BYTES, msChapTest, msChapV2Test } from '../../src/protocols/ms-chap.ts';
import { isPassword as isMysqlPassword } from '../../src/protocols/mysql/challenges.ts';
import { NTLM_V1_BYTES, ntlmTest } from '../../src/protocols/ntlm-responses.ts';
import { md5Attempt } from '../../src/protocols/postgres/passwords.ts';
import { isPassword as isS7Password } from '../../src/protocols/s7/passwords.ts';
import { digestMd5Attempt } from '../../src/protocols/sasl-digest.ts';
import { SaslExchange } from '../../src/protocols/sasl.ts';
import { scramTest } from '../../src/protocols/scram.ts';
import { hashesOf, isAuthenticatedBy, matchesPassword, stretchedKey } from '../../src/protocols/snmp/usm.ts';
import { isPassword as isVncPassword } from '../../src/protocols/vnc/challenge.ts';
import type { MessageContext } from '../../src/facts/protocol.ts';

export type Test = (candidate: string) => boolean;

export interface RandomMechanism {
  readonly name: string;
  /** Passwords that each transcript is tried with; fewer where a recomputation takes long. */
  readonly each: number;
  /** A test as the protocol makes it of such a transcript. */
  make(random: Random): Test | null | undefined;
  /** The same test with less stretching of the password, for a million transcripts; absent: `make`. */
  makeQuick?(random: Random): Test;
}

const SEED = 20_260_101;
const EACH = 4;
/** Of SCRAM: what servers ask for, and what a million transcripts are tried with. */
const USUAL_ROUNDS = 4096;
const FEW_ROUNDS = 64;

/** xorshift128+ on 32-bit words: the same transcripts on each run. */
export class Random {
  readonly #state = Uint32Array.of(SEED, 0x9e3779b9, 0x243f6a88, 0xb7e15162);

  bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at += 4) {
      const word = this.#word();
      for (let index = 0; index < 4 && at + index < count; index++) bytes[at + index] = word >>> (8 * index);
    }
    return bytes;
  }

  hex(count: number): string {
    return this.bytes(count).toString('hex');
  }

  #word(): number {
    const [a = 0, , , d = 0] = this.#state;
    let t = d ^ (d << 11);
    t ^= t >>> 8;
    this.#state.copyWithin(1, 0, 3);
    this.#state[0] = (t ^ a ^ (a >>> 19)) >>> 0;
    return this.#state[0];
  }
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function digest(name: string, algorithm: string, size: number, qop = 'auth'): RandomMechanism {
  return {
    name,
    each: EACH,
    make: (random) => {
      const text = `username="admin", realm="${random.hex(4)}", nonce="${random.hex(8)}", uri="/", algorithm=${algorithm}, qop=${qop}, nc=00000001, cnonce="${random.hex(4)}", response="${random.hex(size)}"`;
      const bytes = latin1(text);
      const credentials = parseDigest(bytes, 0, bytes.length);
      return credentials === null ? null : digestTest(credentials, 'GET', qop === 'auth' ? '' : random.hex(size));
    },
  };
}

const WSSE_DIGEST = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';

/** The last byte of a response says which of its two halves counts. */
function countingTheNtHalf(response: Buffer): Buffer {
  response[response.length - 1] = 1;
  return response;
}

function ntlm(name: string, nt: number, lm: number, isExtended: boolean): RandomMechanism {
  return {
    name,
    each: nt === NTLM_V1_BYTES && !isExtended ? 1 : EACH,
    make: (random) => {
      const response = { user: 'admin', domain: 'PLANT', nt: random.bytes(nt), lm: random.bytes(lm), isExtended };
      return ntlmTest(response, random.bytes(8));
    },
  };
}

/** Stretching a password does not depend on the transcript: a million of them would take hours otherwise. */
function usm(name: string, size: number): RandomMechanism {
  const stretched = new Map<string, readonly (readonly [hash: string, key: Uint8Array])[]>();
  const keysOf = (candidate: string): readonly (readonly [string, Uint8Array])[] => {
    let keys = stretched.get(candidate);
    if (keys === undefined) {
      keys = candidate === '' ? [] : hashesOf(size).map((hash) => [hash, stretchedKey(hash, candidate)] as const);
      stretched.set(candidate, keys);
    }
    return keys;
  };
  const transcript = (random: Random): [Uint8Array, Uint8Array, Uint8Array] => [
    random.bytes(12),
    random.bytes(90),
    random.bytes(size),
  ];
  return {
    name,
    each: EACH,
    make: (random) => {
      const said = transcript(random);
      return (candidate) => matchesPassword(candidate, ...said);
    },
    makeQuick: (random) => {
      const said = transcript(random);
      return (candidate) => keysOf(candidate).some(([hash, key]) => isAuthenticatedBy(hash, key, ...said));
    },
  };
}

function handshakeOf(algorithm: number, random: Random): Handshake {
  return {
    algorithm,
    consoleId: random.bytes(4),
    systemId: random.bytes(4),
    consoleRandom: random.bytes(16),
    roleAndName: latin1('\x14\x05admin'),
    systemRandom: random.bytes(16),
  };
}

function rakp(name: string, algorithm: number, size: number): RandomMechanism {
  return {
    name,
    each: EACH,
    make: (random) => {
      const bytes = Buffer.concat([Buffer.alloc(8), random.bytes(size)]);
      return rakp3Attempt(handshakeOf(algorithm, random), bytes, 0, bytes.length).recompute;
    },
  };
}

function mysql(name: string, hash: 'sha1' | 'sha256', size: number): RandomMechanism {
  return {
    name,
    each: EACH,
    make: (random) => {
      const [salt, response] = [random.bytes(20), random.bytes(size)];
      return (candidate) => isMysqlPassword(hash, candidate, salt, response);
    },
  };
}

/** The server says how many rounds; they change how long a test takes, and nothing of what is compared. */
function scram(name: string, hash: 'sha1' | 'sha256' | 'sha512', size: number): RandomMechanism {
  const transcript = (random: Random, rounds: number): Test | null => {
    const [client, server] = [random.hex(9), random.hex(9)];
    const salt = random.bytes(16).toString('base64');
    const proof = random.bytes(size).toString('base64');
    return scramTest(
      hash,
      latin1(`n,,n=admin,r=${client}`),
      latin1(`r=${client}${server},s=${salt},i=${rounds}`),
      latin1(`c=biws,r=${client}${server},p=${proof}`),
    );
  };
  return {
    name,
    each: 1,
    make: (random) => transcript(random, USUAL_ROUNDS),
    makeQuick: (random) => transcript(random, FEW_ROUNDS)!,
  };
}

export const RANDOM_MECHANISMS: readonly RandomMechanism[] = [
  digest('http-digest, MD5', 'MD5', 16),
  digest('http-digest, MD5-sess', 'MD5-sess', 16),
  digest('http-digest, SHA-256', 'SHA-256', 32),
  digest('http-digest, SHA-512-256', 'SHA-512-256', 32),
  digest('http-digest, MD5, with the body', 'MD5', 16, 'auth-int'),
  {
    name: 'sasl-digest-md5',
    each: EACH,
    make: (random) => {
      const text = `username="admin",realm="plant",nonce="${random.hex(8)}",cnonce="${random.hex(8)}",nc=00000001,qop=auth,digest-uri="imap/plc7",response=${random.hex(16)}`;
      const bytes = latin1(text);
      return digestMd5Attempt(bytes, 0, bytes.length)?.recompute;
    },
  },
  {
    name: 'chap (PPP, RADIUS, EAP-MD5)',
    each: EACH,
    make: (random) => chapTest(random.bytes(1)[0]!, random.bytes(16), random.bytes(CHAP_RESPONSE_BYTES)),
  },
  {
    name: 'vnc',
    each: EACH,
    make: (random) => {
      const [challenge, response] = [random.bytes(16), random.bytes(16)];
      return (candidate) => isVncPassword(candidate, challenge, response);
    },
  },
  {
    name: 'ms-chap (PPP, RADIUS)',
    each: 1,
    make: (random) => msChapTest(random.bytes(8), countingTheNtHalf(random.bytes(MS_CHAP_BYTES))),
  },
  {
    name: 'ms-chap, version 2 (and EAP)',
    each: 1,
    make: (random) =>
      msChapV2Test('admin', random.bytes(MS_CHAP_V2_CHALLENGE_BYTES), countingTheNtHalf(random.bytes(MS_CHAP_BYTES))),
  },
  ntlm('ntlm, LM', 0, NTLM_V1_BYTES, false),
  ntlm('ntlm, v1', NTLM_V1_BYTES, NTLM_V1_BYTES, false),
  ntlm('ntlm, v1 with session security', NTLM_V1_BYTES, NTLM_V1_BYTES, true),
  ntlm('ntlm, v2', 120, NTLM_V1_BYTES, true),
  mysql('mysql-native', 'sha1', 20),
  mysql('mysql-caching-sha2', 'sha256', 32),
  {
    name: 'postgres-md5',
    each: EACH,
    make: (random) => {
      const bytes = latin1(`md5${random.hex(16)}\0`);
      const user = { bytes: latin1('admin'), text: 'admin' };
      return md5Attempt(user, random.bytes(4), bytes, 0, bytes.length).recompute;
    },
  },
  rakp('ipmi, RAKP with SHA-1', 1, 20),
  rakp('ipmi, RAKP with MD5', 2, 16),
  rakp('ipmi, RAKP with SHA-256', 3, 32),
  {
    name: 'ipmi, RAKP, what the system proves',
    each: EACH,
    make: (random) => {
      const bytes = Buffer.concat([Buffer.alloc(8), random.bytes(32), random.bytes(20)]);
      return rakp2Attempt(handshakeOf(1, random), bytes, 0, bytes.length).recompute;
    },
  },
  {
    name: 'ipmi 1.5, MD5',
    each: EACH,
    make: (random) => {
      // Authentication code, session, sequence, message: as Activate Session has them, without what does not count.
      const bytes = random.bytes(AUTH_CODE_BYTES + 8 + 29);
      const payloadStart = AUTH_CODE_BYTES + 8;
      return activateAttempt('admin', bytes, {
        auth: Auth.md5,
        payloadType: 0,
        isEncrypted: false,
        authCodeAt: 0,
        sessionAt: AUTH_CODE_BYTES,
        sequenceAt: AUTH_CODE_BYTES + 4,
        payloadStart,
        payloadEnd: bytes.length,
      }).recompute;
    },
  },
  {
    name: 'sasl-cram-md5',
    each: EACH,
    make: (random) => {
      const name = latin1('CRAM-MD5');
      const exchange = new SaslExchange(name, 0, name.length);
      const challenge = latin1(`<${random.hex(8)}@plant>`);
      // Of what surrounds the message this mechanism uses nothing.
      const context = {} as MessageContext;
      exchange.challenged(challenge, 0, challenge.length, context);
      const answer = latin1(`admin ${random.hex(16)}`);
      return exchange.answered(answer, 0, answer.length, context)?.recompute;
    },
  },
  { name: 'apop', each: EACH, make: (random) => apopTest(latin1(`<${random.hex(8)}@plant>`), random.hex(16)) },
  {
    name: 'wsse-digest (ONVIF)',
    each: EACH,
    make: (random) => {
      const [digest, nonce] = [random.bytes(20).toString('base64'), random.bytes(16).toString('base64')];
      const bytes = latin1(
        `<UsernameToken><Username>admin</Username><Password Type="${WSSE_DIGEST}">${digest}</Password>` +
          `<Nonce>${nonce}</Nonce><Created>2026-01-01T00:00:00Z</Created></UsernameToken>`,
      );
      return findToken(bytes, 0, bytes.length)?.attempt.recompute;
    },
  },
  {
    name: 's7-password',
    each: EACH,
    make: (random) => {
      const hidden = random.bytes(8);
      return (candidate) => isS7Password(candidate, hidden);
    },
  },
  {
    name: 'clear (any protocol)',
    each: EACH,
    make: (random) => clearSecret(random.bytes(8)).test,
  },
  usm('snmp-usm, MD5 or SHA-1', 12),
  usm('snmp-usm, SHA-224', 16),
  usm('snmp-usm, SHA-256', 24),
  usm('snmp-usm, SHA-384', 32),
  usm('snmp-usm, SHA-512', 48),
  scram('scram-sha-1', 'sha1', 20),
  scram('scram-sha-256', 'sha256', 32),
  scram('scram-sha-512', 'sha512', 64),
];
