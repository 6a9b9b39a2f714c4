// `npm run score:logins`: what is said of the logins in the real captures that the collection's LOGINS.tsv lists, by
// protocol, and which listed captures show none. Exit code 0; 3 where the collection is missing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REAL_CAPTURES } from './real-captures.ts';
import { judgedLogins, type JudgedLogin, type Verdict } from './score-credentials/verdicts.ts';

const LIST = join(REAL_CAPTURES, 'LOGINS.tsv');
const VERDICTS: readonly Verdict[] = ['default', 'built-in', 'weak', 'anonymous', 'other', 'not testable'];
/** As the list calls protocols; the rest is called the same here, in small letters. */
const NAMES: Readonly<Record<string, string>> = { POP: 'pop3', 'SIP/SDP': 'sip' };

process.exitCode = existsSync(LIST) ? await score() : missing();

function missing(): number {
  console.log(`skipped: there is no ${LIST}`);
  return 3;
}

async function score(): Promise<number> {
  const listed = new Map<string, Set<string>>();
  let rows = 0;
  for (const line of readFileSync(LIST, 'utf8').trimEnd().split('\n').slice(1)) {
    const [path = '', , text = ''] = line.split('\t');
    const protocol = text.split('|').at(-1)!;
    const name = NAMES[protocol] ?? protocol.toLowerCase();
    rows++;
    let paths = listed.get(name);
    if (paths === undefined) listed.set(name, (paths = new Set()));
    paths.add(path);
  }
  console.log(`${rows} rows of the list.\n`);
  console.log(`| protocol | captures | with a login | ${VERDICTS.join(' | ')} |`);
  console.log(`| --- | --- | --- |${' --- |'.repeat(VERDICTS.length)}`);
  const without: string[] = [];
  for (const [protocol, paths] of listed) {
    const logins: JudgedLogin[] = [];
    let withLogin = 0;
    for (const path of paths) {
      const found = await loginsOf(path, protocol);
      if (found.length === 0) without.push(`${protocol}: ${path}`);
      else withLogin++;
      logins.push(...found);
    }
    const counts = VERDICTS.map((verdict) => logins.filter((login) => login.verdict === verdict).length);
    console.log(`| ${protocol} | ${paths.size} | ${withLogin} | ${counts.join(' | ')} |`);
  }
  console.log(`\nNo login told: ${without.length}\n${without.join('\n')}`);
  return 0;
}

async function loginsOf(path: string, protocol: string): Promise<JudgedLogin[]> {
  const file = join(REAL_CAPTURES, path);
  if (!existsSync(file)) return [];
  return (await judgedLogins(file)).filter((login) => login.protocol === protocol);
}
