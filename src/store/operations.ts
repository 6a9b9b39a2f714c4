// Operations and logins of one analysis: counted while they pass, one row for all that is alike, then merged into what is
// stored. Who was seen longer is told longer, and the same capture again adds nothing.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ACCESS_OF_VERB } from '../assets/conduit-rules.ts';
import { printable } from '../bytes/text.ts';
import type { Login } from '../facts/facts.ts';
import { fileOf, frameOf, type FrameReference } from '../facts/frame-reference.ts';
import { OUTCOME_NAMES, type Operation } from '../facts/operation.ts';
import type { Protocol } from '../facts/protocol.ts';
import { VERB_NAMES, Verb } from '../facts/verbs.ts';
import { functionWord, spaceWord } from '../learning/contexts.ts';
import { WordIndex } from '../learning/word-index.ts';
import { maskedUser } from '../modules/plain-words.ts';
import type { CaptureIds } from './assets.ts';
import type { NamedHosts } from './conversations.ts';
import { numberOf, storedWhole, type Row } from './stored-values.ts';

/** Of one analysis; what finds no room is counted. */
export const OPERATIONS_MAX = 131_072;
const LOGINS_MAX = 16_384;
const WIDTH = 10;
/** Columns of a row. */
const COUNT = 0;
const FIRST_US = 1;
const LAST_US = 2;
const FIRST = 3;
const LAST = 4;
const FRAME = 5;
const FUNCTION = 6;
const SUBFUNCTION = 7;
const CLIENT_WAY = 8;
const SPACE = 9;
/** Of these the range is kept, not each object. */
const RANGED: readonly number[] = [Verb.read, Verb.subscribe, Verb.report, Verb.enumerate, Verb['keep-alive']];

type CountedLogin = Omit<Login, 'fact' | 'flow' | 'test' | 'keyedHash' | 'mayWait'> & {
  count: number;
  firstUs: number;
  lastUs: number;
};

export class OperationGathering {
  /** Operations and logins that found no room. */
  overflow = 0;
  readonly #protocols: readonly Protocol[];
  readonly #ways = new WordIndex(4, OPERATIONS_MAX);
  readonly #rows = new WordIndex(4, OPERATIONS_MAX);
  /** By way: client, server, unit, protocol. */
  readonly #wayParts: number[] = [0, 0, 0, 0];
  /** By row: verb and outcome. */
  readonly #kinds: number[] = [0];
  readonly #names = new Map<number, string>();
  readonly #logins = new Map<string, CountedLogin>();
  #values = new Float64Array(1024 * WIDTH);

  constructor(protocols: readonly Protocol[]) {
    this.#protocols = protocols;
  }

  operation(operation: Operation): void {
    const { client, server, unit, protocol, verb, outcome } = operation;
    const word = functionWord(protocol, operation.function, operation.subfunction);
    const way = this.#ways.findOrInsert(client, server, unit, word);
    if (way === 0) {
      this.overflow++;
      return;
    }
    if (way * 4 === this.#wayParts.length) this.#wayParts.push(client, server, unit, protocol);
    const isNamed = operation.first < 0 && operation.nameEnd > operation.nameStart;
    const object = isNamed ? nameHash(operation) : RANGED.includes(verb) ? -1 : operation.first;
    const space = spaceWord(protocol, operation.space);
    const row = this.#rows.findOrInsert(way, verb * 3 + outcome, space, object);
    if (row === 0) {
      this.overflow++;
      return;
    }
    if (row === this.#kinds.length) this.#begin(row, way, operation, isNamed);
    const at = row * WIDTH;
    const values = this.#values;
    values[at + COUNT]!++;
    values[at + LAST_US] = Math.max(values[at + LAST_US]!, operation.timeUs);
    if (operation.first < 0) return;
    values[at + FIRST] = Math.min(values[at + FIRST]!, operation.first);
    values[at + LAST] = Math.max(values[at + LAST]!, operation.first + Math.max(1, operation.count) - 1);
  }

  #begin(row: number, way: number, operation: Operation, isNamed: boolean): void {
    this.#kinds.push(operation.verb * 3 + operation.outcome);
    if ((row + 1) * WIDTH > this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    const at = row * WIDTH;
    const values = this.#values;
    values[at + FIRST_US] = operation.timeUs;
    values[at + LAST_US] = operation.timeUs;
    values[at + FIRST] = Infinity;
    values[at + LAST] = -Infinity;
    values[at + FRAME] = operation.requestFrame > 0 ? operation.requestFrame : operation.answerFrame;
    values[at + FUNCTION] = operation.function;
    values[at + SUBFUNCTION] = operation.subfunction;
    values[at + CLIENT_WAY] = way;
    values[at + SPACE] = operation.space;
    if (isNamed) {
      const { nameBytes, nameStart, nameEnd } = operation;
      this.#names.set(row, printable(nameBytes, nameStart, nameEnd));
    }
  }

  login(login: Login): void {
    const { timeUs, frame, client, server, protocol, mechanism, outcome } = login;
    const user = login.user === '' ? '' : maskedUser(login.user);
    const key = JSON.stringify([client, server, protocol, mechanism, user, outcome]);
    const known = this.#logins.get(key);
    if (known !== undefined) {
      known.count++;
      known.lastUs = Math.max(known.lastUs, timeUs);
    } else if (this.#logins.size >= LOGINS_MAX) this.overflow++;
    else {
      const own = { timeUs, frame, client, server, protocol, mechanism, user, outcome };
      this.#logins.set(key, { ...own, count: 1, firstUs: timeUs, lastUs: timeUs });
    }
  }

  /** Within a transaction of the caller, once hosts have rows. */
  merge(database: DatabaseSync, hosts: NamedHosts, captures: CaptureIds): void {
    const rowOf = hostRows(database, hosts);
    const merge = new CountedMerge(database, 'operations', OPERATION_KEY, ['first', 'last', 'access'], captures);
    for (let row = 1; row < this.#kinds.length; row++) {
      const at = row * WIDTH;
      const value = (column: number): number => this.#values[at + column]!;
      const way = value(CLIENT_WAY) * 4;
      const protocol = this.#protocols[this.#wayParts[way + 3]!];
      const kind = this.#kinds[row]!;
      const verb = Math.floor(kind / 3);
      const code = value(FUNCTION);
      const isRange = RANGED.includes(verb);
      const isNumbered = Number.isFinite(value(FIRST));
      merge.add(
        [
          rowOf(this.#wayParts[way]!),
          rowOf(this.#wayParts[way + 1]!),
          this.#wayParts[way + 2]!,
          protocol?.name ?? '',
          VERB_NAMES[verb] ?? 'other',
          code < 0 ? '' : (protocol?.functionName(code, value(SUBFUNCTION)) ?? String(code)),
          OUTCOME_NAMES[kind % 3]!,
          value(SPACE) === 0 && !isNumbered ? '' : (protocol?.spaceName(value(SPACE)) ?? ''),
          this.#names.get(row) ?? (isNumbered && !isRange ? String(value(FIRST)) : ''),
        ],
        [
          isNumbered ? storedWhole(value(FIRST)) : null,
          isNumbered ? storedWhole(value(LAST)) : null,
          ACCESS_OF_VERB[verb]!,
        ],
        { count: value(COUNT), firstUs: value(FIRST_US), lastUs: value(LAST_US), frame: value(FRAME) },
      );
    }
    const logins = new CountedMerge(database, 'logins', LOGIN_KEY, [], captures);
    for (const { client, server, protocol, mechanism, user, outcome, ...seen } of this.#logins.values())
      logins.add([rowOf(client), rowOf(server), protocol, mechanism, user, outcome], [], seen);
  }
}

const OPERATION_KEY = [
  ...['client', 'server', 'unit', 'protocol', 'verb'],
  ...['function', 'outcome', 'space', 'object'],
];
const LOGIN_KEY = ['client', 'server', 'protocol', 'mechanism', 'user', 'outcome'];

interface Seen {
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly frame: FrameReference;
}

/** Adds counted rows to a table that has count, first_us, last_us, capture and frame. */
class CountedMerge {
  readonly #captures: CaptureIds;
  readonly #more: readonly string[];
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;

  /** `more`: columns besides; of numbers of a range the first and last are widened. */
  constructor(
    database: DatabaseSync,
    table: string,
    key: readonly string[],
    more: readonly string[],
    captures: CaptureIds,
  ) {
    this.#captures = captures;
    this.#more = more;
    const columns = [...key, ...more, 'count', 'first_us', 'last_us', 'capture', 'frame'];
    this.#find = database.prepare(`SELECT * FROM ${table} WHERE ${key.map((name) => `${name} = ?`).join(' AND ')}`);
    this.#insert = database.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    const changed = [...more, 'count', 'first_us', 'last_us'].map((name) => `${name} = ?`);
    this.#update = database.prepare(`UPDATE ${table} SET ${changed.join(', ')} WHERE id = ?`);
  }

  add(key: readonly (string | number)[], more: readonly (number | null)[], seen: Seen): void {
    const firstUs = storedWhole(seen.firstUs);
    const lastUs = storedWhole(seen.lastUs);
    const known = this.#find.get(...key);
    if (known === undefined) {
      const capture = seen.frame === 0 ? undefined : this.#captures.get(fileOf(seen.frame));
      const frame = capture === undefined ? null : frameOf(seen.frame);
      this.#insert.run(...key, ...more, storedWhole(seen.count), firstUs, lastUs, capture ?? null, frame);
      return;
    }
    // What overlaps in time may be the same capture, or a part of it: then the larger count tells the whole.
    const isApart = firstUs > numberOf(known, 'last_us') || lastUs < numberOf(known, 'first_us');
    const before = numberOf(known, 'count');
    const count = isApart ? before + seen.count : Math.max(before, seen.count);
    const widened = this.#more.map((name, index) => wider(name, known, more[index]!));
    const span = [Math.min(firstUs, numberOf(known, 'first_us')), Math.max(lastUs, numberOf(known, 'last_us'))];
    this.#update.run(...widened, count, ...span, numberOf(known, 'id'));
  }
}

function wider(name: string, known: Row, value: number | null): number | null {
  if (value === null || known[name] === null) return value;
  if (name === 'first') return Math.min(numberOf(known, name), value);
  return Math.max(numberOf(known, name), value);
}

/** Host number of the analysis → row of `hosts`, made where it is missing. */
export function hostRows(database: DatabaseSync, hosts: NamedHosts): (host: number) => number {
  const find = database.prepare('SELECT id FROM hosts WHERE segment = ? AND address = ?');
  const insert = database.prepare('INSERT INTO hosts (segment, address) VALUES (?, ?)');
  const rows = new Map<number, number>();
  return (host) => {
    let row = rows.get(host);
    if (row === undefined) {
      const place = [hosts.segment(host), hosts.address(host)] as const;
      const known = find.get(...place);
      row = known === undefined ? Number(insert.run(...place).lastInsertRowid) : numberOf(known, 'id');
      rows.set(host, row);
    }
    return row;
  };
}

/** FNV-1a: two names that share it are told as one. */
function nameHash({ nameBytes, nameStart, nameEnd }: Operation): number {
  let hash = 0x811c9dc5;
  for (let at = nameStart; at < nameEnd; at++) hash = Math.imul(hash ^ nameBytes[at]!, 0x01000193);
  return hash | 0;
}
