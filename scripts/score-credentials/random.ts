// Random challenges and responses of each mechanism, tried with the shipped table: none may fit. Then how many candidates a
// second each mechanism tries.
import { CHAP_RESPONSE_BYTES, chapTest } from '../../src/protocols/chap.ts';
import { digestTest, parseDigest } from '../../src/protocols/digest.ts';
import { rakp3Attempt } from '../../src/protocols/ipmi/rakp.ts';
import { isPassword as isMysqlPassword } from '../../src/protocols/mysql/challenges.ts';
import { ntlmTest } from '../../src/protocols/ntlm-responses.ts';
import { md5Attempt } from '../../src/protocols/postgres/passwords.ts';
import { digestMd5Attempt } from '../../src/protocols/sasl-digest.ts';
import { scramTest } from '../../src/protocols/scram.ts';
import { matchesPassword } from '../../src/protocols/snmp/usm.ts';
import { isPassword as isVncPassword } from '../../src/protocols/vnc/challenge.ts';
import { credentialTable } from '../../src/modules/credential-auditor/table.ts';

type Test = (candidate: string) => boolean;

interface RandomMechanism {
  readonly name: string;
  /** A recomputation takes milliseconds: a hundredth of the transcripts, one candidate each. */
  readonly isCostly?: true;
  make(random: Random): Test | null | undefined;
}

const SEED = 20_260_101;
const CANDIDATES_EACH = 8;
const COSTLY_DIVISOR = 500;
const MEASURED_MS = 300;

/** xorshift128+ on 32-bit words: the same transcripts on each run. */
class Random {
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

function digest(name: string, algorithm: string, size: number): RandomMechanism {
  return {
    name,
    make: (random) => {
      const text = `username="admin", realm="${random.hex(4)}", nonce="${random.hex(8)}", uri="/", algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${random.hex(4)}", response="${random.hex(size)}"`;
      const bytes = latin1(text);
      const credentials = parseDigest(bytes, 0, bytes.length);
      return credentials === null ? null : digestTest(credentials, 'GET');
    },
  };
}

function ntlm(name: string, nt: number, lm: number, isExtended: boolean): RandomMechanism {
  return {
    name,
    make: (random) => {
      const response = { user: 'admin', domain: 'PLANT', nt: random.bytes(nt), lm: random.bytes(lm), isExtended };
      return ntlmTest(response, random.bytes(8));
    },
  };
}

function usm(name: string, size: number): RandomMechanism {
  return {
    name,
    isCostly: true,
    make: (random) => {
      const [engine, message, expected] = [random.bytes(12), random.bytes(90), random.bytes(size)];
      return (candidate) => matchesPassword(candidate, engine, message, expected);
    },
  };
}

function mysql(name: string, hash: 'sha1' | 'sha256', size: number): RandomMechanism {
  return {
    name,
    make: (random) => {
      const [salt, response] = [random.bytes(20), random.bytes(size)];
      return (candidate) => isMysqlPassword(hash, candidate, salt, response);
    },
  };
}

function scram(name: string, hash: 'sha1' | 'sha256', size: number): RandomMechanism {
  return {
    name,
    isCostly: true,
    make: (random) => {
      const [client, server] = [random.hex(9), random.hex(9)];
      const salt = random.bytes(16).toString('base64');
      const proof = random.bytes(size).toString('base64');
      return scramTest(
        hash,
        latin1(`n,,n=admin,r=${client}`),
        latin1(`r=${client}${server},s=${salt},i=4096`),
        latin1(`c=biws,r=${client}${server},p=${proof}`),
      );
    },
  };
}

const RANDOM_MECHANISMS: readonly RandomMechanism[] = [
  digest('http-digest, MD5', 'MD5', 16),
  digest('http-digest, MD5-sess', 'MD5-sess', 16),
  digest('http-digest, SHA-256', 'SHA-256', 32),
  {
    name: 'sasl-digest-md5',
    make: (random) => {
      const text = `username="admin",realm="plant",nonce="${random.hex(8)}",cnonce="${random.hex(8)}",nc=00000001,qop=auth,digest-uri="imap/plc7",response=${random.hex(16)}`;
      const bytes = latin1(text);
      return digestMd5Attempt(bytes, 0, bytes.length)?.recompute;
    },
  },
  {
    name: 'chap (PPP, RADIUS, EAP)',
    make: (random) => chapTest(random.bytes(1)[0]!, random.bytes(16), random.bytes(CHAP_RESPONSE_BYTES)),
  },
  {
    name: 'vnc',
    make: (random) => {
      const [challenge, response] = [random.bytes(16), random.bytes(16)];
      return (candidate) => isVncPassword(candidate, challenge, response);
    },
  },
  ntlm('ntlm, LM', 0, 24, false),
  ntlm('ntlm, v1', 24, 24, false),
  ntlm('ntlm, v1 with session security', 24, 24, true),
  ntlm('ntlm, v2', 120, 24, true),
  mysql('mysql-native', 'sha1', 20),
  mysql('mysql-caching-sha2', 'sha256', 32),
  {
    name: 'postgres-md5',
    make: (random) => {
      const bytes = latin1(`md5${random.hex(16)}\0`);
      const user = { bytes: latin1('admin'), text: 'admin' };
      return md5Attempt(user, random.bytes(4), bytes, 0, bytes.length).recompute;
    },
  },
  {
    name: 'ipmi, RAKP with SHA-1',
    make: (random) => {
      const handshake = {
        algorithm: 1,
        consoleId: random.bytes(4),
        systemId: random.bytes(4),
        consoleRandom: random.bytes(16),
        roleAndName: latin1('\x14\x05admin'),
        systemRandom: random.bytes(16),
      };
      const bytes = Buffer.concat([Buffer.alloc(8), random.bytes(20)]);
      return rakp3Attempt(handshake, bytes, 0, bytes.length).recompute;
    },
  },
  usm('snmp-usm, MD5 or SHA-1', 12),
  usm('snmp-usm, SHA-256', 24),
  scram('scram-sha-1', 'sha1', 20),
  scram('scram-sha-256', 'sha256', 32),
];

/** The exit code: 1 where a random transcript fits or cannot be tested. */
export function randomTranscripts(count: number): number {
  if (!Number.isInteger(count) || count < 1) throw new Error('--random needs a number of transcripts');
  const passwords = [...new Set(credentialTable().map(({ password }) => password))];
  const random = new Random();
  const cheap = RANDOM_MECHANISMS.filter(({ isCostly }) => isCostly !== true).length;
  let fits = 0;
  let transcripts = 0;
  let next = 0;
  const rows: string[] = [];
  for (const mechanism of RANDOM_MECHANISMS) {
    const isCostly = mechanism.isCostly === true;
    // At least as many in all as were asked for.
    const share = Math.ceil(count / cheap / (isCostly ? COSTLY_DIVISOR : 1));
    const each = isCostly ? 1 : CANDIDATES_EACH;
    let found = 0;
    for (let index = 0; index < share; index++) {
      const test = mechanism.make(random);
      if (test === null || test === undefined) throw new Error(`${mechanism.name} cannot be tested`);
      for (let tried = 0; tried < each; tried++) if (test(passwords[next++ % passwords.length]!)) found++;
    }
    transcripts += share;
    fits += found;
    rows.push(`| ${mechanism.name} | ${share} | ${share * each} | ${found} | ${rate(mechanism, passwords)} |`);
  }
  console.log('| mechanism | random transcripts | candidates tried | that fitted | candidates a second |');
  console.log(`| --- | --- | --- | --- | --- |\n${rows.join('\n')}`);
  console.log(`\n${transcripts} transcripts, ${passwords.length} different passwords in turn, ${fits} fitted.`);
  return fits === 0 ? 0 : 1;
}

/** Of one transcript, on this machine. */
function rate(mechanism: RandomMechanism, passwords: readonly string[]): number {
  const test = mechanism.make(new Random())!;
  const began = performance.now();
  let tried = 0;
  while (performance.now() - began < MEASURED_MS) test(passwords[tried++ % passwords.length]!);
  const perSecond = (tried / (performance.now() - began)) * 1000;
  // Two figures say enough.
  return Number(perSecond.toPrecision(2));
}
