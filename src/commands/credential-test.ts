// `1sec credentials test`: what credential-auditor would call one user and password. The password is never printed.
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { showable } from '../bytes/text.ts';
import type { CredentialRow } from '../facts/credential.ts';
import { Candidates, rowName, type Finding } from '../modules/credential-auditor/candidates.ts';
import { credentialTable } from '../modules/credential-auditor/table.ts';
import { UsageError, type CommandLine } from './command-line.ts';
import { ownCredentials, wantedProtocol } from './credential-list.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeOutput } from './output.ts';

const STANDARD_INPUT = 0;
const ROWS_SHOWN = 20;

export function testCredential(line: CommandLine, operands: readonly string[]): number {
  const [vendor, user, given] = operands;
  if (vendor === undefined || user === undefined || given === undefined) {
    throw new UsageError("credentials test needs a vendor (or -), a user and a password; see '1sec help credentials'");
  }
  const protocol = wantedProtocol(line);
  const password = given === '-' ? passwordFromInput() : given;
  const candidates = new Candidates(credentialTable(), ownCredentials(line));
  const login = { user, protocol, mechanism: 'clear' };
  const device = { vendor: vendor === '-' ? '' : vendor, model: '' };
  const isTried = candidates.passwordsFor(login, device).includes(password);
  const finding = isTried ? candidates.meaning(password, login, device) : null;
  const rows = candidates.rowsOf(user, password).filter((row) => isSpoken(row, protocol));
  if (line.options.has('json')) writeOutput(jsonPage(verdictJson(finding, rows)));
  else writeOutput(`${verdictLines(finding, rows).join('\n')}\n`);
  return ExitCode.ok;
}

function passwordFromInput(): string {
  if (isatty(STANDARD_INPUT)) throw new UsageError('standard input (-) is a terminal; pipe the password into it');
  return readFileSync(STANDARD_INPUT, 'utf8').replace(/\r?\n$/, '');
}

function isSpoken({ protocols }: CredentialRow, protocol: string): boolean {
  return protocol === '' || protocols.length === 0 || protocols.includes(protocol);
}

function verdictJson(finding: Finding | null, rows: readonly CredentialRow[]): Record<string, unknown> {
  return {
    verdict: finding?.kind ?? 'other',
    because: finding?.because ?? '',
    rows: rows.map(({ file, line, vendor, product, kind, source }) => ({
      row: line,
      file,
      vendor,
      product,
      kind,
      source,
    })),
  };
}

function verdictLines(finding: Finding | null, rows: readonly CredentialRow[]): string[] {
  const verdict = finding === null ? 'other: it is none that is tried' : `${finding.kind}: ${finding.because}`;
  const lines = rows.slice(0, ROWS_SHOWN).map((row) => {
    const what = [row.vendor, row.product].filter((text) => text !== '').join(', ');
    return `  ${rowName(row)}: ${what === '' ? 'of no maker' : what}, ${row.kind} (${row.source})`;
  });
  if (rows.length > ROWS_SHOWN) lines.push(`  and ${rows.length - ROWS_SHOWN} more`);
  return [verdict, ...lines].map((text) => showable(text, 1000));
}
