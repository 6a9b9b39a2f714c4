// What the contexts and symbols of the novelty table stand for: one list for all modules, so that a baseline can name
// what each of them learned.

/**
 * Kind, the three words of the context, and the two words of its symbols. Hosts are host numbers, `unit` is -1 where
 * there is none, unused words are 0.
 */
export const ContextKind = {
  /** (server) → (client): who makes requests of it. */
  clients: 1,
  /** (server, unit) → (client, function): what each client asks; function as `functionWord` has it. */
  requests: 2,
  /** (server, unit) → (client) and (function): which of them are in `requests`. Follow from it, are not saved. */
  askers: 7,
  functions: 8,
  /** () → (client): who changes anything at the site. Follows from `writers`, is not saved. */
  siteWriters: 9,
  /** (server, unit) → (client): who changes it. */
  writers: 3,
  /** (server, unit, client) → (space, first object): what a client writes; space as `spaceWord` has it. */
  written: 4,
  /** (segment) → (host): who is heard, a second each; segment as `textWord` has it. */
  presence: 5,
  /** (host) → (`Role`): whether it answers or asks, a second each. */
  roles: 6,
  /** (server) → (client, protocol and user): who logs in; protocol and user as `textWord` has them. */
  logins: 10,
  /** (server) → (hour of the day, UTC): when somebody logs in. */
  loginHours: 11,
  /** (server) → (client, protocol): who opens remote sessions; protocol as `textWord` has it. */
  remoteSessions: 12,
  /** (host) → (tool): which tools for remote support are used; tool as `textWord` has it. */
  remoteTools: 13,
  /** (server) → (client, service): who opens what, as far as it touches the control level; service as `textWord` has it. */
  openings: 14,
  /** (server) → (path): from which networks by which services it is reached; path as `pathWord` has it. */
  paths: 15,
  /** (network) → (path): the same for all servers of a network. Follows from `paths`, is not saved. */
  networkPaths: 16,
  /** (host) → (domain): whose names it asks for; domain as `textWord` has it. */
  domains: 17,
} as const;

/** What is known of who comes in and where a host turns to, by its name in a baseline. */
export const ACCESS_CONTEXTS = {
  login: ContextKind.logins,
  hour: ContextKind.loginHours,
  session: ContextKind.remoteSessions,
  tool: ContextKind.remoteTools,
  opening: ContextKind.openings,
  path: ContextKind.paths,
  domain: ContextKind.domains,
} as const;
export type AccessName = keyof typeof ACCESS_CONTEXTS;

export const Role = { serves: 1, asks: 2 } as const;

/** Protocol, function and sub-function in one word: 8 bits, 8 and 15; -1 and anything larger have places of their own. */
export function functionWord(protocol: number, code: number, subfunction: number): number {
  return ((protocol & 0x7f) << 24) | (((code + 1) & 0x1ff) << 15) | ((subfunction + 1) & 0x7fff);
}

export function protocolOfFunction(word: number): number {
  return (word >>> 24) & 0x7f;
}

export function codeOfFunction(word: number): number {
  return ((word >>> 15) & 0x1ff) - 1;
}

export function subfunctionOfFunction(word: number): number {
  return (word & 0x7fff) - 1;
}

/** Protocol (below 128) and object space (below 2^24) in one word. */
export function spaceWord(protocol: number, space: number): number {
  return (protocol << 24) | (space & 0xff_ffff);
}

export function protocolOfSpace(word: number): number {
  return (word >>> 24) & 0x7f;
}

export function spaceOfWord(word: number): number {
  return word & 0xff_ffff;
}

/** From which network (or `internet`), by which service. */
export function pathWord(network: string, service: string): number {
  return textWord(`${network} ${service}`);
}

/** A name as a word: FNV-1a over its code units. */
export function textWord(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}
