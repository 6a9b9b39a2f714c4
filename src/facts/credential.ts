// A row of a table of credentials: of the one that is shipped, or of a person's own.

export const CREDENTIAL_KINDS = ['default', 'built-in', 'generic'] as const;

export interface CredentialRow {
  /** The person's file it stands in; empty: the shipped table. */
  readonly file: string;
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
  readonly kind: (typeof CREDENTIAL_KINDS)[number];
  /** Where it is known from. */
  readonly source: string;
}
