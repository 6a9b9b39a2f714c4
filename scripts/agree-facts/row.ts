// One comparison: which of our facts, and which of tshark's fields in one frame say the same, in one spelling.
import type { Claim, Login, Trait } from '../../src/facts/facts.ts';

export interface OurRequest {
  readonly protocol: string;
  readonly function: string;
  readonly name: string;
}

/** The values of one frame, by field: as often as the field is there. */
export type Fields = (name: string) => readonly string[];

export interface Row {
  readonly protocol: string;
  readonly what: string;
  /** tshark's layer, as a display filter. */
  readonly filter: string;
  readonly fields: readonly string[];
  theirs(fields: Fields): readonly string[];
  readonly trait?: (trait: Trait) => string | undefined;
  readonly claim?: (claim: Claim) => string | undefined;
  readonly login?: (login: Login) => string | undefined;
  readonly request?: (request: OurRequest) => string | undefined;
}

/** A trait whose whole value tshark has in one field. */
export function traitRow(protocol: string, trait: string, filter: string, field: string): Row {
  return {
    protocol,
    what: trait,
    filter,
    fields: [field],
    theirs: (fields) => fields(field),
    trait: (told) => (told.trait === trait ? told.value : undefined),
  };
}

/** A claim of one source whose whole value tshark has in one field. */
export function claimRow(protocol: string, source: string, filter: string, field: string): Row {
  return {
    protocol,
    what: source,
    filter,
    fields: [field],
    theirs: (fields) => fields(field),
    claim: (claim) => (claim.source === source ? claim.value : undefined),
  };
}

/** The users of logins. */
export function userRow(protocol: string, filter: string, fields: readonly string[], theirs: Row['theirs']): Row {
  return {
    protocol,
    what: 'user of logins',
    filter,
    fields,
    theirs,
    login: (login) => (login.protocol === protocol && login.user !== '' ? login.user : undefined),
  };
}
