// The table of credentials that devices are shipped with, and how such tables are written: one row for each vendor,
// product, user and password.
import { shippedFile } from '../../../knowledge/shipped-file.ts';
import { CREDENTIAL_KINDS, type CredentialRow } from '../../facts/credential.ts';

/** What the columns are, tab-separated; protocols are separated by commas. */
export const CREDENTIAL_COLUMNS = ['vendor', 'product', 'protocols', 'user', 'password', 'kind', 'source'] as const;

const FILE = 'knowledge/credentials/table.tsv';
let known: readonly CredentialRow[] | null = null;

/** Read once; lines that are comments or broken are left out (a test holds that there are none). */
export function credentialTable(): readonly CredentialRow[] {
  known ??= parseCredentials(new TextDecoder().decode(shippedFile(FILE)));
  return known;
}

/** `file` is what the rows are called by; empty for the shipped table. */
export function parseCredentials(text: string, file = ''): CredentialRow[] {
  return text.split('\n').flatMap((line, index) => {
    const row = credentialRow(line, index + 1, file);
    return row === null || typeof row === 'string' ? [] : [row];
  });
}

/** Null: a comment or an empty line; in words: what is wrong with it. */
export function credentialRow(text: string, line: number, file: string): CredentialRow | string | null {
  const bare = text.replace(/\r$/, '');
  if (bare.startsWith('#') || bare === '') return null;
  const cells = bare.split('\t');
  if (cells.length !== CREDENTIAL_COLUMNS.length)
    return `it has ${cells.length} of the ${CREDENTIAL_COLUMNS.length} columns ${CREDENTIAL_COLUMNS.join(', ')}`;
  const [vendor = '', product = '', protocols = '', user = '', password = '', named = '', source = ''] = cells;
  const kind = CREDENTIAL_KINDS.find((candidate) => candidate === named);
  if (kind === undefined) return `its kind is none of ${CREDENTIAL_KINDS.join(', ')}`;
  const list = protocols === '' ? [] : protocols.split(',');
  return { file, line, vendor, product, protocols: list, user, password, kind, source };
}
