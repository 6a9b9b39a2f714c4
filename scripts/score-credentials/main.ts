// `npm run score:credentials [-- --only NAME] [--write] [--random N]`: real servers and clients log in with listed and strong
// secrets, accepted and refused, and what is said of each login is compared with what is known. `--write` keeps one small
// capture of each mechanism under samples/logins; `--random N` tries N random transcripts of each mechanism instead, which must not fit.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomTranscripts } from './random.ts';
import { joinedCaptures, missingPrograms, recordedLogins, type Attempt } from './recording.ts';
import { MECHANISMS, type Mechanism } from './servers.ts';
import { LINK_MECHANISMS } from './link-servers.ts';
import { PACKAGE_MECHANISMS } from './package-servers.ts';
import { SESSION_MECHANISMS } from './session-servers.ts';
import { judgedLogins, verdictLines, type JudgedLogin } from './verdicts.ts';

const SAMPLES = resolve(import.meta.dirname, '../../samples/logins');
const SAMPLE_BYTES_MAX = 48 * 1024;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    random: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
process.exitCode =
  values.random === undefined ? await scoreReal() : randomTranscripts(Number(values.random), values.only);

async function scoreReal(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'score-credentials-'));
  process.on('exit', () => {
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  });
  // Servers that give up their rights have to reach their files.
  process.umask(0o022);
  chmodSync(folder, 0o755);
  const rows: string[] = [];
  let wrong = 0;
  for (const mechanism of [...MECHANISMS, ...SESSION_MECHANISMS, ...LINK_MECHANISMS, ...PACKAGE_MECHANISMS]) {
    if (values.only !== undefined && !mechanism.name.startsWith(values.only)) continue;
    const missing = missingPrograms(mechanism);
    const attempts = missing.length > 0 ? `not here: ${missing.join(', ')}` : await recordedLogins(mechanism, folder);
    if (typeof attempts === 'string') {
      rows.push(`| ${mechanism.name} | ${attempts} |  |  |  |`);
      continue;
    }
    const cells: string[] = [];
    for (const attempt of attempts) {
      const logins = await judgedLogins(attempt.path);
      const problem = problemOf(attempt, logins, mechanism);
      if (problem !== '') wrong++;
      cells.push(problem === '' ? saidText(logins) : `WRONG: ${problem} (${saidText(logins)})`);
    }
    rows.push(`| ${mechanism.name} | ${cells.join(' | ')} |`);
    if (values.write) await writeSample(mechanism, attempts);
  }
  const heading = '| mechanism | listed, accepted | strong, accepted | listed, refused | unlisted, refused |';
  console.log([heading, '| --- | --- | --- | --- | --- |', ...rows].join('\n'));
  console.log(`\n${wrong} of the logins were judged otherwise than they are known to be.`);
  return wrong === 0 ? 0 : 1;
}

/** Empty: as it is known to be. */
function problemOf({ what }: Attempt, logins: readonly JudgedLogin[], mechanism: Mechanism): string {
  if (logins.length === 0) return 'no login seen';
  const isOther = mechanism.isStoredSecretTold === true && what.endsWith('refused');
  const isListed = what.startsWith('listed') !== isOther;
  const isFound = logins.some(({ verdict }) => ['default', 'weak', 'built-in'].includes(verdict));
  if (mechanism.isUntestable === true) {
    if (logins.some(({ verdict }) => verdict !== 'not testable')) return 'it was tested';
  } else if (isListed !== isFound)
    return isListed ? 'the listed secret was not found' : 'a strong secret was called listed';
  const refused = mechanism.isRefusalTold === false ? 'unknown' : 'refused';
  const outcome = what.endsWith('accepted') || mechanism.isAnyAccepted === true ? 'accepted' : refused;
  if (!logins.some((login) => login.outcome === outcome)) return `the outcome is not told as ${outcome}`;
  const opposite = outcome === 'accepted' ? 'refused' : 'accepted';
  return logins.some((login) => login.outcome === opposite) ? `a login was told as ${opposite}` : '';
}

function saidText(logins: readonly JudgedLogin[]): string {
  const texts = logins.map(({ verdict, outcome }) => `${verdict}, ${outcome}`);
  return texts.length === 0 ? 'nothing' : [...new Set(texts)].join('; ');
}

async function writeSample({ name }: Mechanism, attempts: readonly Attempt[]): Promise<void> {
  const bytes = joinedCaptures(attempts.map(({ path }) => path));
  const path = join(SAMPLES, `${name}.pcap`);
  if (bytes.length > SAMPLE_BYTES_MAX) {
    console.log(`${name}: ${bytes.length} bytes are too many for a sample`);
    return;
  }
  writeFileSync(path, bytes);
  const lines = verdictLines(await judgedLogins(path));
  writeFileSync(join(SAMPLES, `${name}.tsv`), `${lines.join('\n')}\n`);
}
