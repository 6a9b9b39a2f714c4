// Takes facts from a protocol and notes every one that is not well-formed: what modules, stores and people rely on.
import type { Claim, Conversation, FactSink, Login, Trait, Transfer, Violation } from '../src/facts/facts.ts';
import { CLAIM_ATTRIBUTES } from '../src/facts/facts.ts';
import { emptyOperation, Encoding, ENCODING_NAMES, OUTCOME_NAMES, type Operation } from '../src/facts/operation.ts';
import { NO_HOSTS } from '../src/facts/protocol.ts';
import type { MessageContext } from '../src/facts/protocol.ts';
import { VERB_NAMES } from '../src/facts/verbs.ts';

const VIOLATION_BYTES_MAX = 32;
const TEXT_CHARACTERS_MAX = 4096;
const PROBLEMS_KEPT_MAX = 8;
const CONVERSATION_FRAMES_MAX = 8;
// Control, bidirectional and invisible characters, which must not reach a terminal or a log.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const PHASES: Readonly<Record<'conversation' | 'transfer', readonly string[]>> = {
  conversation: ['opened', 'answered', 'refused', 'identified', 'updated', 'closed'],
  transfer: ['begun', 'piece', 'ended'],
};

export class CheckedSink implements FactSink {
  /** Facts taken since the last `reset`. */
  count = 0;
  /** What was wrong with them, at most eight. */
  readonly problems: string[] = [];
  /** Called with the name of each fact after the checks; the fact is borrowed as the contract says. */
  onFact: (fact: Operation | Conversation | Login | Transfer | Claim | Violation | Trait) => void = () => undefined;

  reset(): void {
    this.count = 0;
    this.problems.length = 0;
  }

  operation(operation: Operation): void {
    this.count++;
    const name = 'operation';
    for (const [field, value] of Object.entries(operation)) {
      if (typeof value === 'number') this.check(Number.isInteger(value), name, `${field} is ${value}`);
    }
    this.check(operation.elapsedUs >= -1, name, `elapsedUs is ${operation.elapsedUs}`);
    this.check(VERB_NAMES[operation.verb] !== undefined, name, `verb is ${operation.verb}`);
    this.check(OUTCOME_NAMES[operation.outcome] !== undefined, name, `outcome is ${operation.outcome}`);
    this.check(ENCODING_NAMES[operation.encoding] !== undefined, name, `encoding is ${operation.encoding}`);
    this.check(operation.count >= 0, name, `count is ${operation.count}`);
    this.check(operation.first >= -1, name, `first is ${operation.first}`);
    this.check(operation.unit >= -1, name, `unit is ${operation.unit}`);
    this.check(operation.requestFrame > 0 || operation.answerFrame > 0, name, 'no frame proves it');
    const { nameStart, nameEnd, nameBytes } = operation;
    this.check(
      nameStart >= 0 && nameStart <= nameEnd && nameEnd <= nameBytes.length,
      name,
      'the name leaves the bytes',
    );
    this.values(operation);
    this.onFact(operation);
  }

  conversation(conversation: Conversation): void {
    this.count++;
    this.numbers('conversation', conversation);
    this.phase('conversation', conversation.phase);
    this.check(conversation.lastUs >= conversation.firstUs, 'conversation', 'ends before it begins');
    this.check(conversation.frames.length <= CONVERSATION_FRAMES_MAX, 'conversation', 'more than eight frames');
    this.onFact(conversation);
  }

  login(login: Login): void {
    this.count++;
    this.numbers('login', login);
    this.text('login', 'user', login.user);
    this.check(login.mechanism !== '', 'login', 'no mechanism');
    login.test?.('candidate');
    this.onFact(login);
  }

  transfer(transfer: Transfer): void {
    this.count++;
    this.numbers('transfer', transfer);
    this.phase('transfer', transfer.phase);
    this.text('transfer', 'name', transfer.name);
    this.check(transfer.transfer !== '', 'transfer', 'no key');
    this.check(transfer.phase === 'piece' || transfer.bytes.length === 0, 'transfer', 'bytes outside a piece');
    this.check(transfer.phase !== 'piece' || transfer.offset >= 0, 'transfer', `piece at ${transfer.offset}`);
    this.onFact(transfer);
  }

  claim(claim: Claim): void {
    this.count++;
    this.numbers('claim', claim);
    this.text('claim', 'value', claim.value);
    this.check(claim.value !== '', 'claim', `${claim.attribute} is empty`);
    this.check(claim.source !== '', 'claim', 'no source');
    this.check((CLAIM_ATTRIBUTES as readonly string[]).includes(claim.attribute), 'claim', `of ${claim.attribute}`);
    this.check(claim.trust > 0 && claim.trust <= 1, 'claim', `trust is ${claim.trust}`);
    this.onFact(claim);
  }

  violation(violation: Violation): void {
    this.count++;
    this.numbers('violation', violation);
    this.text('violation', 'detail', violation.detail);
    this.check(KEBAB.test(violation.rule), 'violation', `rule is "${violation.rule}"`);
    this.check(violation.offset >= -1, 'violation', `offset is ${violation.offset}`);
    this.check(violation.bytes.length <= VIOLATION_BYTES_MAX, 'violation', `${violation.bytes.length} bytes`);
    this.check(owns(violation.bytes), 'violation', 'bytes are borrowed');
    this.onFact(violation);
  }

  trait(trait: Trait): void {
    this.count++;
    this.numbers('trait', trait);
    this.text('trait', 'value', trait.value);
    this.check(KEBAB.test(trait.trait), 'trait', `trait is "${trait.trait}"`);
    this.onFact(trait);
  }

  private values(operation: Operation): void {
    const { encoding, valueCount, valueSize, valuesStart, bytes } = operation;
    this.check(valueCount >= 0 && valueSize >= 0 && valuesStart >= 0, 'operation', 'values below 0');
    if (encoding === Encoding.none || valueCount === 0) return;
    this.check(valueSize > 0, 'operation', 'values of size 0');
    const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
    this.check(valuesStart + size <= bytes.length, 'operation', `${size} bytes of values leave the bytes`);
  }

  private numbers(fact: string, record: object): void {
    for (const [field, value] of Object.entries(record) as [string, unknown][]) {
      if (typeof value !== 'number') continue;
      this.check(Number.isInteger(value) || field === 'trust', fact, `${field} is ${value}`);
      if (field === 'frame') this.check(value > 0, fact, 'no frame proves it');
    }
  }

  private phase(fact: 'conversation' | 'transfer', phase: string): void {
    this.check(PHASES[fact].includes(phase), fact, `phase is ${phase}`);
  }

  private text(fact: string, field: string, value: string): void {
    this.check(value.length <= TEXT_CHARACTERS_MAX, fact, `${field} has ${value.length} characters`);
    this.check(!HIDDEN.test(value), fact, `${field} has characters that must not be shown: ${JSON.stringify(value)}`);
    this.check(value.isWellFormed(), fact, `${field} has half a character`);
  }

  private check(holds: boolean, fact: string, problem: string): void {
    if (!holds && this.problems.length < PROBLEMS_KEPT_MAX) this.problems.push(`${fact}: ${problem}`);
  }
}

/** A kept view must not hold on to a much larger buffer that will be filled anew. */
function owns(bytes: Uint8Array): boolean {
  return bytes.length === 0 || bytes.buffer.byteLength === bytes.length || bytes.buffer.byteLength <= 64;
}

/** A message from a client to a server, as the flow stage would hand it over; change what the case needs. */
export function messageContext(sink: FactSink, change: Partial<MessageContext> = {}): MessageContext {
  return {
    timeUs: 1_700_000_000_000_000,
    frame: 1,
    flow: 1,
    client: 1,
    server: 2,
    clientPort: 40_000,
    serverPort: 502,
    fromClient: true,
    isTcp: true,
    operation: emptyOperation(),
    hosts: NO_HOSTS,
    sink,
    ...change,
  };
}
