// Turns facts into lines of JSON: the contract of `1sec facts` in docs/formats.md.
import { createHash } from 'node:crypto';
import { hex, printable } from '../bytes/text.ts';
import type {
  Claim,
  Conversation,
  FactSink,
  HostDirectory,
  Login,
  Trait,
  Transfer,
  Violation,
} from '../facts/facts.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import { OUTCOME_NAMES } from '../facts/operation.ts';
import type { Operation } from '../facts/operation.ts';
import type { Protocol } from '../facts/protocol.ts';
import { VERB_NAMES } from '../facts/verbs.ts';
import { operationValues } from './fact-values.ts';
import { jsonText } from './json-text.ts';
import { timestamp } from './timestamp.ts';

export const FACT_NAMES = ['operation', 'conversation', 'login', 'transfer', 'claim', 'violation', 'trait'] as const;
export type FactName = (typeof FACT_NAMES)[number];

export interface FactFilter {
  readonly facts: ReadonlySet<FactName>;
  /** Null: facts of every protocol, and those that belong to none. */
  readonly protocols: ReadonlySet<string> | null;
}

type Line = Record<string, unknown>;

/** Writes each fact it hears as one line. */
export class FactLines implements FactSink {
  readonly #hosts: HostDirectory;
  readonly #protocols: readonly Protocol[];
  readonly #filter: FactFilter;
  readonly #write: (line: string) => void;

  constructor(hosts: HostDirectory, protocols: readonly Protocol[], filter: FactFilter, write: (line: string) => void) {
    this.#hosts = hosts;
    this.#protocols = protocols;
    this.#filter = filter;
    this.#write = write;
  }

  operation(operation: Operation): void {
    const protocol = this.#protocols[operation.protocol];
    if (!this.#wants('operation', protocol?.name ?? null)) return;
    const frame = operation.requestFrame > 0 ? operation.requestFrame : operation.answerFrame;
    const line = opening('operation', frame, operation.timeUs);
    line['protocol'] = protocol?.name ?? null;
    this.#parties(line, operation.client, operation.server);
    line['clientPort'] = operation.clientPort;
    line['serverPort'] = operation.serverPort;
    line['unit'] = orNull(operation.unit);
    line['verb'] = VERB_NAMES[operation.verb] ?? 'other';
    line['function'] = orNull(operation.function);
    if (operation.subfunction >= 0) line['subfunction'] = operation.subfunction;
    line['functionName'] =
      operation.function < 0 ? null : (protocol?.functionName(operation.function, operation.subfunction) ?? null);
    line['object'] = objectOf(operation, protocol);
    const values = operationValues(operation);
    line['values'] = values;
    if (operation.valueCount > values.length) line['valuesOmitted'] = operation.valueCount - values.length;
    line['outcome'] = OUTCOME_NAMES[operation.outcome] ?? 'unanswered';
    const isRefused = OUTCOME_NAMES[operation.outcome] === 'refused';
    line['code'] = isRefused ? operation.code : null;
    line['codeName'] = isRefused ? (protocol?.codeName(operation.code) ?? null) : null;
    line['answerFrame'] = operation.answerFrame > 0 ? frameOf(operation.answerFrame) : null;
    if (operation.answerFrame > 0 && fileOf(operation.answerFrame) !== fileOf(frame)) {
      line['answerFile'] = fileOf(operation.answerFrame);
    }
    line['elapsedUs'] = operation.elapsedUs < 0 ? null : operation.elapsedUs;
    if (operation.isBroadcast) line['broadcast'] = true;
    this.#write(jsonText(line));
  }

  conversation(conversation: Conversation): void {
    const name = this.#protocols[conversation.protocol]?.name ?? null;
    if (!this.#wants('conversation', name)) return;
    const line = opening('conversation', conversation.frame, conversation.timeUs);
    line['phase'] = conversation.phase;
    line['protocol'] = name;
    line['transport'] = conversation.transport;
    this.#parties(line, conversation.client, conversation.server);
    line['clientPort'] = conversation.clientPort;
    line['serverPort'] = conversation.serverPort;
    line['first'] = timestamp(conversation.firstUs);
    line['last'] = timestamp(conversation.lastUs);
    line['clientPackets'] = conversation.clientPackets;
    line['serverPackets'] = conversation.serverPackets;
    line['clientBytes'] = conversation.clientBytes;
    line['serverBytes'] = conversation.serverBytes;
    line['gaps'] = conversation.gaps;
    line['seenFromStart'] = conversation.isSeenFromStart;
    line['answered'] = conversation.isAnswered;
    this.#write(jsonText(line));
  }

  /** The candidate test stays where it is: nothing of a secret leaves the callback. */
  login(login: Login): void {
    if (!this.#wants('login', login.protocol)) return;
    const line = opening('login', login.frame, login.timeUs);
    line['protocol'] = login.protocol;
    this.#parties(line, login.client, login.server);
    line['mechanism'] = login.mechanism;
    line['user'] = login.user;
    line['outcome'] = login.outcome;
    this.#write(jsonText(line));
  }

  transfer(transfer: Transfer): void {
    if (!this.#wants('transfer', transfer.protocol)) return;
    const line = opening('transfer', transfer.frame, transfer.timeUs);
    line['phase'] = transfer.phase;
    line['protocol'] = transfer.protocol;
    this.#parties(line, transfer.client, transfer.server);
    line['unit'] = orNull(transfer.unit);
    line['carrier'] = transfer.carrier;
    line['direction'] = transfer.direction;
    line['transfer'] = transfer.transfer;
    line['name'] = transfer.name;
    line['offset'] = orNull(transfer.offset);
    line['size'] = transfer.phase === 'piece' ? transfer.bytes.length : transfer.size;
    line['complete'] = transfer.phase === 'ended' ? transfer.isComplete : null;
    line['kind'] = transfer.kind === '' ? null : transfer.kind;
    line['sha256'] = hashOf(transfer);
    if (transfer.missingBytes > 0) {
      line['missing'] = transfer.missing;
      line['missingBytes'] = transfer.missingBytes;
    }
    if (transfer.ending !== undefined) line['ending'] = transfer.ending;
    if (transfer.details !== undefined) line['details'] = Object.fromEntries(transfer.details);
    this.#write(jsonText(line));
  }

  claim(claim: Claim): void {
    if (!this.#wants('claim', null)) return;
    const line = opening('claim', claim.frame, claim.timeUs);
    this.#party(line, 'host', claim.host);
    line['unit'] = orNull(claim.unit);
    line['attribute'] = claim.attribute;
    line['value'] = claim.value;
    line['source'] = claim.source;
    line['trust'] = claim.trust;
    this.#write(jsonText(line));
  }

  violation(violation: Violation): void {
    if (!this.#wants('violation', violation.protocol)) return;
    const line = opening('violation', violation.frame, violation.timeUs);
    line['protocol'] = violation.protocol;
    line['rule'] = violation.rule;
    line['detail'] = violation.detail;
    this.#parties(line, violation.client, violation.server);
    line['unit'] = orNull(violation.unit);
    line['fromClient'] = violation.fromClient;
    line['offset'] = orNull(violation.offset);
    line['bytes'] = hex(violation.bytes, 0, violation.bytes.length);
    this.#write(jsonText(line));
  }

  trait(trait: Trait): void {
    if (!this.#wants('trait', null)) return;
    const line = opening('trait', trait.frame, trait.timeUs);
    this.#party(line, 'host', trait.host);
    line['trait'] = trait.trait;
    line['value'] = trait.value;
    this.#write(jsonText(line));
  }

  #wants(fact: FactName, protocol: string | null): boolean {
    if (!this.#filter.facts.has(fact)) return false;
    return this.#filter.protocols === null || (protocol !== null && this.#filter.protocols.has(protocol));
  }

  #parties(line: Line, client: number, server: number): void {
    this.#party(line, 'client', client);
    this.#party(line, 'server', server);
  }

  /** The address, and the segment where it is not the usual one. */
  #party(line: Line, key: string, host: number): void {
    if (host < 0) {
      line[key] = null;
      return;
    }
    line[key] = this.#hosts.address(host);
    const segment = this.#hosts.segment(host);
    if (segment !== 'default') line[`${key}Segment`] = segment;
  }
}

/** Of a piece: its own hash. At the end: of the whole, where it is whole. */
function hashOf({ phase, bytes, sha256 }: Transfer): string | null {
  if (phase === 'piece') return createHash('sha256').update(bytes).digest('hex');
  return sha256 === '' ? null : sha256;
}

function opening(fact: FactName, frame: FrameReference, timeUs: number): Line {
  return {
    fact,
    file: frame > 0 ? fileOf(frame) : null,
    frame: frame > 0 ? frameOf(frame) : null,
    time: timestamp(timeUs),
  };
}

function objectOf(operation: Operation, protocol: Protocol | undefined): Line | null {
  const hasName = operation.nameEnd > operation.nameStart;
  if (operation.first < 0 && !hasName) return null;
  const space = protocol?.spaceName(operation.space) ?? String(operation.space);
  if (hasName) return { space, name: printable(operation.nameBytes, operation.nameStart, operation.nameEnd) };
  return { space, first: operation.first, count: operation.count };
}

function orNull(value: number): number | null {
  return value < 0 ? null : value;
}
