// One comparison: which of our facts, and which of tshark's fields in one frame say the same, in one spelling.
import type { Claim, ClaimAttribute, Login, Trait } from '../../src/facts/facts.ts';

export interface OurRequest {
  readonly protocol: string;
  readonly function: string;
  readonly name: string;
}

/** The values of one frame, by field: as often as the field is there. */
export type Fields = (name: string) => readonly string[];

type Theirs = (fields: Fields) => readonly string[];

export interface Row {
  readonly protocol: string;
  readonly what: string;
  /** tshark's layer, as a display filter. */
  readonly filter: string;
  readonly fields: readonly string[];
  readonly theirs: Theirs;
  readonly trait?: (trait: Trait) => string | readonly string[] | undefined;
  readonly claim?: (claim: Claim) => string | undefined;
  readonly login?: (login: Login) => string | undefined;
  /**
   * Address and card of a host that were told to belong together. Packets tell of more than the messages that are compared:
   * of such a row only what tshark has has to be here.
   */
  readonly binding?: (address: string, mac: string) => string;
  readonly request?: (request: OurRequest) => string | undefined;
}

/** The values of two fields that stand together, in their order. */
export function pairs(fields: Fields, first: string, second: string): [string, string][] {
  const others = fields(second);
  return fields(first).map((value, index) => [value, others[index] ?? '']);
}

export function isTrue(values: readonly string[]): boolean {
  return values.some((value) => value === '1' || value === 'True');
}

/** A trait whose whole value tshark has in one field; or of which `ours` takes what tshark has. */
export function traitRow(
  protocol: string,
  trait: string,
  filter: string,
  fields: string | readonly string[],
  theirs?: Theirs,
  ours: (value: string) => string | readonly string[] | undefined = (value) => value,
): Row {
  const list = typeof fields === 'string' ? [fields] : fields;
  return {
    protocol,
    what: trait,
    filter,
    fields: list,
    theirs: theirs ?? ((values) => values(list[0]!)),
    trait: (told) => (told.trait === trait ? ours(told.value) : undefined),
  };
}

/** A claim of one source whose whole value tshark has in one field. */
export function claimRow(
  protocol: string,
  source: string,
  attribute: ClaimAttribute,
  filter: string,
  fields: string | readonly string[],
  theirs?: Theirs,
): Row {
  const list = typeof fields === 'string' ? [fields] : fields;
  return {
    protocol,
    what: `${attribute} (${source})`,
    filter,
    fields: list,
    theirs: theirs ?? ((values) => values(list[0]!)),
    claim: (claim) => (claim.source === source && claim.attribute === attribute ? claim.value : undefined),
  };
}

/** The users of logins; `mechanism`: of those alone. */
export function userRow(
  protocol: string,
  filter: string,
  fields: readonly string[],
  theirs: Theirs,
  mechanism?: RegExp,
): Row {
  return {
    protocol,
    what:
      mechanism === undefined
        ? 'user of logins'
        : `user of logins (${mechanism.source.replace(/[\^$()?:]/g, '').replaceAll('|', ' or ')})`,
    filter,
    fields,
    theirs,
    login: (login) => {
      const isMeant = login.protocol === protocol && (mechanism === undefined || mechanism.test(login.mechanism));
      return isMeant && login.user !== '' ? login.user : undefined;
    },
  };
}

/** How logins ended, as far as that is known. */
export function outcomeRow(protocol: string, filter: string, fields: readonly string[], theirs: Theirs): Row {
  return {
    protocol,
    what: 'outcome of logins',
    filter,
    fields,
    theirs,
    login: (login) => (login.protocol === protocol && login.outcome !== 'unknown' ? login.outcome : undefined),
  };
}

/** The names of requests of one protocol. */
export function requestRow(
  protocol: string,
  what: string,
  filter: string,
  fields: readonly string[],
  theirs: Theirs,
  ours: (request: OurRequest) => string | undefined,
): Row {
  const request = (asked: OurRequest): string | undefined => (asked.protocol === protocol ? ours(asked) : undefined);
  return { protocol, what, filter, fields, theirs, request };
}

/** The value of a header among lines as tshark shows them: `ST: ssdp:all\r\n`. */
export function headers(lines: readonly string[], name: string): string[] {
  const start = `${name.toLowerCase()}:`;
  return lines
    .map((line) => line.replace(/(?:\\r|\\n|\r|\n)+$/g, ''))
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}
