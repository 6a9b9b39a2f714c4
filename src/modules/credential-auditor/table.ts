// The table of credentials that devices are shipped with: one row for each vendor, product, user and password.
import { shippedFile } from '../../../knowledge/shipped-file.ts';

export interface CredentialRow {
  /** Line in the file, from 1: what an alert names. */
  readonly line: number;
  /** Empty: a pair that is tried everywhere, of no maker. */
  readonly vendor: string;
  readonly product: string;
  /** Names of protocols; empty: any. */
  readonly protocols: readonly string[];
  readonly user: string;
  readonly password: string;
  /** `default`; `built-in`: the owner cannot change it; `generic`: of no maker. */
  readonly kind: 'default' | 'built-in' | 'generic';
}

const FILE = 'knowledge/credentials/table.tsv';
const COLUMNS = 7;
let known: readonly CredentialRow[] | null = null;

/** Read once; lines that are comments or broken are left out (a test holds that there are none). */
export function credentialTable(): readonly CredentialRow[] {
  known ??= parseCredentials(new TextDecoder().decode(shippedFile(FILE)));
  return known;
}

/** `vendor product protocols user password kind source`, tab-separated. */
export function parseCredentials(text: string): CredentialRow[] {
  return text.split('\n').flatMap((line, index) => {
    const cells = line.replace(/\r$/, '').split('\t');
    if (line.startsWith('#') || cells.length !== COLUMNS) return [];
    const [vendor = '', product = '', protocols = '', user = '', password = '', kind = ''] = cells;
    if (kind !== 'default' && kind !== 'built-in' && kind !== 'generic') return [];
    const list = protocols === '' ? [] : protocols.split(',');
    return [{ line: index + 1, vendor, product, protocols: list, user, password, kind } as const];
  });
}
