// Names and numbers of CoAP (RFC 7252, clause 12) and of the objects of LwM2M that mean something to a monitor.
import { Verb } from '../../facts/verbs.ts';
import type { MessageKind } from '../../facts/protocol.ts';

export const Type = { confirmable: 0, nonConfirmable: 1, acknowledgement: 2, reset: 3 } as const;
export const Code = { empty: 0, get: 1, post: 2, put: 3, delete: 4, fetch: 5, patch: 6, iPatch: 7 } as const;
/** Of a GET with the option Observe (RFC 7641), and of what is told later. */
export const Observe = { register: 0, deregister: 1, notification: 2 } as const;
/** Options, RFC 7252 clause 5.10, RFC 7641 and RFC 7959. */
export const Option = {
  observe: 6,
  uriPath: 11,
  contentFormat: 12,
  uriQuery: 15,
  accept: 17,
  block2: 23,
  block1: 27,
  size2: 28,
  size1: 60,
} as const;
/** Content formats, RFC 7252 clause 12.3 and OMA. */
export const Format = {
  none: -1,
  text: 0,
  link: 40,
  octets: 42,
  json: 50,
  senml: 110,
  tlvOld: 1542,
  jsonOld: 1543,
  tlv: 11_542,
  lwm2mJson: 11_543,
} as const;
/** `resource`: a Uri-Path. `member`: the Uri-Path, and behind it what it is called in the payload. */
export const Space = { none: 0, resource: 1, member: 2 } as const;
/** A message of type reset is the answer: not a code of the wire. */
export const RESET_CODE = 256;

export const KINDS: readonly MessageKind[] = [
  { function: Code.get, subfunction: -1, name: 'GET' },
  { function: Code.get, subfunction: Observe.register, name: 'GET observe' },
  { function: Code.get, subfunction: Observe.deregister, name: 'GET stop observing' },
  { function: Code.get, subfunction: Observe.notification, name: 'notification' },
  { function: Code.post, subfunction: -1, name: 'POST' },
  { function: Code.put, subfunction: -1, name: 'PUT' },
  { function: Code.delete, subfunction: -1, name: 'DELETE' },
  { function: Code.fetch, subfunction: -1, name: 'FETCH' },
  { function: Code.patch, subfunction: -1, name: 'PATCH' },
  { function: Code.iPatch, subfunction: -1, name: 'iPATCH' },
];

export function functionName(code: number, subfunction: number): string {
  for (const kind of KINDS) if (kind.function === code && kind.subfunction === subfunction) return kind.name;
  return `method ${code}`;
}

export function spaceName(space: number): string {
  if (space === Space.resource) return 'resource';
  return space === Space.member ? 'member' : '';
}

const CODE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x80, 'bad request'],
  [0x81, 'unauthorized'],
  [0x82, 'bad option'],
  [0x83, 'forbidden'],
  [0x84, 'not found'],
  [0x85, 'method not allowed'],
  [0x86, 'not acceptable'],
  [0x88, 'request entity incomplete'],
  [0x89, 'conflict'],
  [0x8c, 'precondition failed'],
  [0x8d, 'request entity too large'],
  [0x8f, 'unsupported content format'],
  [0xa0, 'internal server error'],
  [0xa1, 'not implemented'],
  [0xa2, 'bad gateway'],
  [0xa3, 'service unavailable'],
  [0xa4, 'gateway timeout'],
  [0xa5, 'proxying not supported'],
  [RESET_CODE, 'reset'],
]);

export function codeName(code: number): string {
  return CODE_NAMES.get(code) ?? `${code >> 5}.${String(code & 31).padStart(2, '0')}`;
}

/** What a request asks for, by its method and its Uri-Path. */
export function verbOf(code: number, path: string): number {
  const isObject = LWM2M_PATH.test(path);
  switch (code) {
    case Code.get:
    case Code.fetch:
      return path === '.well-known/core' ? Verb.enumerate : Verb.read;
    case Code.post:
      if (isObject) return verbOfExecute(path);
      if (path === 'rd' || path === 'bs') return Verb.connect;
      return path.startsWith('rd/') ? Verb['keep-alive'] : Verb.write;
    case Code.delete:
      return path.startsWith('rd/') ? Verb.disconnect : Verb.delete;
    default:
      return isObject && FIRMWARE_PATH.test(path) ? Verb['firmware-download'] : Verb.write;
  }
}

/** POST to a resource executes it, to an instance writes it, to an object makes an instance (OMA LwM2M core, 6.3). */
function verbOfExecute(path: string): number {
  if (path === '3/0/4') return Verb.restart;
  if (path === '3/0/5') return Verb['factory-reset'];
  if (FIRMWARE_PATH.test(path)) return Verb['firmware-download'];
  const depth = path.split('/').length;
  if (depth === 1) return Verb.create;
  return depth === 2 ? Verb.write : Verb.operate;
}

const LWM2M_PATH = /^\d{1,5}(?:\/\d{1,5}){0,3}$/;
/** Package, address of the package, and update of object 5. */
const FIRMWARE_PATH = /^5\/\d{1,5}\/[012]$/;
