// What is said of each login in a capture: what the module would call it with the shipped table, and what came of it.
import { analyze } from '../../src/engine/analysis.ts';
import { Candidates, isAnonymous } from '../../src/modules/credential-auditor/candidates.ts';
import { credentialTable } from '../../src/modules/credential-auditor/table.ts';
import type { Login } from '../../src/facts/facts.ts';
import { deafSink } from '../real-captures.ts';

export type Verdict = 'default' | 'built-in' | 'weak' | 'other' | 'anonymous' | 'not testable';

export interface JudgedLogin {
  readonly protocol: string;
  readonly mechanism: string;
  readonly user: string;
  readonly outcome: Login['outcome'];
  readonly verdict: Verdict;
}

const CANDIDATES = new Candidates(credentialTable());
const UNKNOWN_DEVICE = { vendor: '', model: '' };

/** In the order in which they were told; of a user and outcome that come again and again all. */
export async function judgedLogins(path: string): Promise<JudgedLogin[]> {
  const logins: JudgedLogin[] = [];
  await analyze({
    paths: [path],
    modules: false,
    facts: () =>
      deafSink({
        login: (login) => {
          const { protocol, mechanism, user, outcome } = login;
          logins.push({ protocol, mechanism, user, outcome, verdict: verdictOf(login) });
        },
      }),
  });
  return logins;
}

function verdictOf(login: Login): Verdict {
  if (isAnonymous(login)) return 'anonymous';
  const { test } = login;
  if (test === undefined) return 'not testable';
  const password = CANDIDATES.passwordsFor(login, UNKNOWN_DEVICE).find((candidate) => test(candidate));
  return password === undefined ? 'other' : CANDIDATES.meaning(password, login, UNKNOWN_DEVICE).kind;
}

/** One login a line, the same ones together with how often: what is expected of a committed capture. */
export function verdictLines(logins: readonly JudgedLogin[]): string[] {
  const counts = new Map<string, number>();
  for (const { protocol, mechanism, user, outcome, verdict } of logins) {
    const line = [protocol, mechanism, user, outcome, verdict].join('\t');
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${line}\t${count}`);
}
