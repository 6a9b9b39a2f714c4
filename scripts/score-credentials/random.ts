// Random challenges and responses of each mechanism, tried with the shipped table: none may fit. Then how many candidates a
// second each mechanism tries.
import { credentialTable } from '../../src/modules/credential-auditor/table.ts';
import { Random, RANDOM_MECHANISMS, type RandomMechanism, type Test } from './random-mechanisms.ts';

/** One of so many transcripts is tried with every password that is shipped, the others with a few in turn. */
const WHOLE_LIST_EVERY = 10_000;
const MEASURED_MS = 200;
const MEASURED_TIMES = 5;

interface Result {
  readonly tried: number;
  readonly found: number;
  readonly whole: number;
}

/** `only`: the beginning of a mechanism's name. The exit code: 1 where a random transcript fits or cannot be tested. */
export function randomTranscripts(count: number, only = ''): number {
  if (!Number.isInteger(count) || count < 1) throw new Error('--random needs a number of transcripts');
  const passwords = [...new Set(credentialTable().map(({ password }) => password))];
  let fits = 0;
  console.log(
    '| mechanism | random transcripts | with every password | candidates tried | that fitted | candidates a second |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  const mechanisms = RANDOM_MECHANISMS.filter(({ name }) => name.startsWith(only));
  for (const mechanism of mechanisms) {
    const { tried, found, whole } = tryAll(mechanism, count, passwords);
    fits += found;
    console.log(`| ${mechanism.name} | ${count} | ${whole} | ${tried} | ${found} | ${rate(mechanism, passwords)} |`);
  }
  console.log(`\n${mechanisms.length} mechanisms, ${passwords.length} different passwords in turn, ${fits} fitted.`);
  return fits === 0 ? 0 : 1;
}

function tryAll(mechanism: RandomMechanism, count: number, passwords: readonly string[]): Result {
  const random = new Random();
  let [tried, found, whole, next] = [0, 0, 0, 0];
  for (let index = 0; index < count; index++) {
    const test = mechanism.makeQuick?.(random) ?? testOf(mechanism, random);
    const isWhole = index % WHOLE_LIST_EVERY === 0;
    if (isWhole) whole++;
    const each = isWhole ? passwords.length : mechanism.each;
    for (let at = 0; at < each; at++) if (test(passwords[next++ % passwords.length]!)) found++;
    tried += each;
  }
  return { tried, found, whole };
}

function testOf(mechanism: RandomMechanism, random: Random): Test {
  const test = mechanism.make(random);
  if (test === null || test === undefined) throw new Error(`${mechanism.name} cannot be tested`);
  return test;
}

/** Of one transcript, on this machine, as the program does it: the best of several, as others may use the machine. */
function rate(mechanism: RandomMechanism, passwords: readonly string[]): number {
  const test = testOf(mechanism, new Random());
  let perSecond = 0;
  for (let run = 0; run < MEASURED_TIMES; run++) {
    const began = performance.now();
    let tried = 0;
    while (performance.now() - began < MEASURED_MS) test(passwords[tried++ % passwords.length]!);
    perSecond = Math.max(perSecond, (tried / (performance.now() - began)) * 1000);
  }
  // Two figures say enough.
  return Number(perSecond.toPrecision(2));
}
