// SCRAM (RFC 5802, RFC 7677): what client and server said is enough to test a password against the client's proof.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** A server that asks for more rounds than this makes every test too slow; usual are 4096. */
const ROUNDS_MAX = 100_000;
const MESSAGE_BYTES_MAX = 4096;

export type ScramHash = 'sha1' | 'sha256' | 'sha512';

/** A test of passwords; null where the three messages are not those of one exchange. All are copied. */
export function scramTest(
  hash: ScramHash,
  clientFirst: Uint8Array,
  serverFirst: Uint8Array,
  clientFinal: Uint8Array,
): ((candidate: string) => boolean) | null {
  if (clientFirst.length + serverFirst.length + clientFinal.length > MESSAGE_BYTES_MAX) return null;
  const said = [clientFirst, serverFirst, clientFinal].map((message) => Buffer.from(message).toString('latin1'));
  const bare = withoutHeader(said[0]!);
  const salt = attribute(said[1]!, 's');
  const rounds = Number(attribute(said[1]!, 'i'));
  const proofAt = said[2]!.lastIndexOf(',p=');
  if (bare === null || salt === null || proofAt < 0) return null;
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) return null;
  const proof = Buffer.from(said[2]!.slice(proofAt + 3), 'base64');
  const exchange = Buffer.from(`${bare},${said[1]!},${said[2]!.slice(0, proofAt)}`, 'latin1');
  const saltBytes = Buffer.from(salt, 'base64');
  return (candidate) => isProof(hash, candidate, saltBytes, rounds, exchange, proof);
}

/** The name under which the client comes (RFC 5802 5.1 `n=`); '' where it stands elsewhere, as in PostgreSQL. */
export function scramUser(clientFirst: string): string {
  return (attribute(withoutHeader(clientFirst) ?? '', 'n') ?? '').replace(/=2C/g, ',').replace(/=3D/g, '=');
}

/** RFC 5802 3: the key of the client, which the proof hides behind a signature of all that was said. */
function isProof(
  hash: ScramHash,
  candidate: string,
  salt: Uint8Array,
  rounds: number,
  exchange: Uint8Array,
  proof: Uint8Array,
): boolean {
  const length = createHash(hash).digest().length;
  if (proof.length !== length) return false;
  const salted = pbkdf2Sync(candidate.normalize('NFKC'), salt, rounds, length, hash);
  const key = createHmac(hash, salted).update('Client Key').digest();
  const stored = createHash(hash).update(key).digest();
  const signature = createHmac(hash, stored).update(exchange).digest();
  for (let at = 0; at < length; at++) if ((key[at]! ^ signature[at]!) !== proof[at]) return false;
  return true;
}

/** What follows the header of GS2: `n,,`, `y,a=name,`, `p=tls-unique,,`. */
function withoutHeader(message: string): string | null {
  const first = message.indexOf(',');
  const second = message.indexOf(',', first + 1);
  return first < 0 || second < 0 ? null : message.slice(second + 1);
}

function attribute(message: string, letter: string): string | null {
  return (
    message
      .split(',')
      .find((part) => part.startsWith(`${letter}=`))
      ?.slice(2) ?? null
  );
}
