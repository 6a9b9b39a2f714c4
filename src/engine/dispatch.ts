// Hands every fact to whoever wants it: the listener of the `facts` command, the inventory, the modules. Operations are
// many, so each module's handler has a field of its own (a call through an array costs several times as much).
import type { Inventory } from '../assets/inventory.ts';
import type { Claim, Conversation, FactSink, Login, Trait, Transfer, Violation } from '../facts/facts.ts';
import type { ModuleHandlers } from '../facts/module.ts';
import { Outcome, type Operation } from '../facts/operation.ts';
import type { ProtocolFamily } from '../facts/protocol.ts';
import { VERB_NAMES } from '../facts/verbs.ts';
import { spaceWord } from '../learning/contexts.ts';
import type { NameTable } from '../learning/names.ts';
import { WayTable } from '../learning/ways.ts';
import { TransferRecorder } from '../transfers/recorder.ts';
import type { FingerprintClaims } from './fingerprint-claims.ts';

/** Who wants operations: at most the sixteen modules. */
const SLOTS = 16;

/** Never called: fills the fields of modules that are not there, so that all fields hold one kind of thing. */
const NOBODY: ModuleHandlers = {};

export class Dispatch implements FactSink {
  /** Per protocol. */
  readonly operations: Float64Array;
  readonly conversations: Float64Array;
  /** By `protocol/rule`. */
  readonly violations = new Map<string, number>();
  private readonly inventory: Inventory | null;
  private readonly listener: FactSink | null;
  private handlers: readonly ModuleHandlers[] = [];
  /** Bit i: handler i wants operations of this verb; by verb and outcome (verb * 3 + outcome). */
  private readonly wanted = new Int32Array(VERB_NAMES.length * 3);
  private h0 = NOBODY;
  private h1 = NOBODY;
  private h2 = NOBODY;
  private h3 = NOBODY;
  private h4 = NOBODY;
  private h5 = NOBODY;
  private h6 = NOBODY;
  private h7 = NOBODY;
  private h8 = NOBODY;
  private h9 = NOBODY;
  private h10 = NOBODY;
  private h11 = NOBODY;
  private h12 = NOBODY;
  private h13 = NOBODY;
  private h14 = NOBODY;
  private h15 = NOBODY;

  private readonly recorder: TransferRecorder;
  private readonly families: readonly ProtocolFamily[];
  /** Bit i: handler i wants operations of this protocol. */
  private readonly listening: Int32Array;
  private readonly ways = new WayTable();
  private readonly names: NameTable | null;
  /** Absent: nobody judges devices by how they behave. */
  fingerprints: FingerprintClaims | null = null;
  private readonly onClosed: (conversation: Conversation) => void;

  constructor(
    families: readonly ProtocolFamily[],
    inventory: Inventory | null,
    listener: FactSink | null,
    onClosed: (conversation: Conversation) => void,
    names: NameTable | null = null,
    recorder = new TransferRecorder(),
  ) {
    this.recorder = recorder;
    this.names = names;
    this.families = families;
    this.listening = new Int32Array(families.length);
    this.operations = new Float64Array(families.length);
    this.conversations = new Float64Array(families.length);
    this.inventory = inventory;
    this.listener = listener;
    this.onClosed = onClosed;
  }

  /** Called before the first fact. */
  connect(handlers: readonly ModuleHandlers[]): void {
    this.handlers = handlers;
    const forOperations = handlers.filter((handler) => handler.operation !== undefined);
    if (forOperations.length > SLOTS) throw new Error(`more than ${SLOTS} modules want operations`);
    const slot = (index: number): ModuleHandlers => forOperations[index] ?? NOBODY;
    this.h0 = slot(0);
    this.h1 = slot(1);
    this.h2 = slot(2);
    this.h3 = slot(3);
    this.h4 = slot(4);
    this.h5 = slot(5);
    this.h6 = slot(6);
    this.h7 = slot(7);
    this.h8 = slot(8);
    this.h9 = slot(9);
    this.h10 = slot(10);
    this.h11 = slot(11);
    this.h12 = slot(12);
    this.h13 = slot(13);
    this.h14 = slot(14);
    this.h15 = slot(15);
    for (let index = 0; index < forOperations.length; index++) {
      const { verbs, alsoOutcomes, families } = forOperations[index]!;
      for (const [protocol, family] of this.families.entries()) {
        const isWanted = families === undefined ? family !== 'it' : families.includes(family);
        if (isWanted) this.listening[protocol]! |= 1 << index;
      }
      for (let verb = 0; verb < VERB_NAMES.length; verb++) {
        for (let outcome = 0; outcome <= Outcome.unanswered; outcome++) {
          const isWanted = verbs === undefined || verbs.includes(verb) || alsoOutcomes?.includes(outcome) === true;
          if (isWanted) this.wanted[verb * 3 + outcome]! |= 1 << index;
        }
      }
    }
  }

  /** No fact comes any more: what the modules know is let go. */
  disconnect(): void {
    this.wanted.fill(0);
    this.connect([]);
    this.fingerprints = null;
  }

  operation(operation: Operation): void {
    this.operations[operation.protocol]!++;
    if (this.listener !== null) this.listener.operation(operation);
    const wanted = this.wanted[operation.verb * 3 + operation.outcome]! & this.listening[operation.protocol]!;
    if (wanted === 0) return;
    if (operation.first < 0 && operation.nameEnd > operation.nameStart) this.numberName(operation);
    operation.way = this.ways.wayOf(operation);
    if ((wanted & 0x1) !== 0) this.h0.operation!(operation);
    if ((wanted & 0x2) !== 0) this.h1.operation!(operation);
    if ((wanted & 0x4) !== 0) this.h2.operation!(operation);
    if ((wanted & 0x8) !== 0) this.h3.operation!(operation);
    if (wanted < 0x10) return;
    if ((wanted & 0x10) !== 0) this.h4.operation!(operation);
    if ((wanted & 0x20) !== 0) this.h5.operation!(operation);
    if ((wanted & 0x40) !== 0) this.h6.operation!(operation);
    if ((wanted & 0x80) !== 0) this.h7.operation!(operation);
    if (wanted < 0x100) return;
    if ((wanted & 0x100) !== 0) this.h8.operation!(operation);
    if ((wanted & 0x200) !== 0) this.h9.operation!(operation);
    if ((wanted & 0x400) !== 0) this.h10.operation!(operation);
    if ((wanted & 0x800) !== 0) this.h11.operation!(operation);
    if ((wanted & 0x1000) !== 0) this.h12.operation!(operation);
    if ((wanted & 0x2000) !== 0) this.h13.operation!(operation);
    if ((wanted & 0x4000) !== 0) this.h14.operation!(operation);
    if ((wanted & 0x8000) !== 0) this.h15.operation!(operation);
  }

  /** Named objects get a number of their own, so that what learns about numbered ones learns about them as well. */
  private numberName(operation: Operation): void {
    const { names } = this;
    // Paths and file names are without number, and nothing is learned of them as of points.
    if (names === null || this.families[operation.protocol] === 'it') return;
    const { server, unit, protocol, space, nameBytes, nameStart, nameEnd } = operation;
    operation.first = names.numberOf(server, unit, spaceWord(protocol, space), nameBytes, nameStart, nameEnd);
  }

  conversation(conversation: Conversation): void {
    if (conversation.phase === 'identified') this.conversations[conversation.protocol]!++;
    if (conversation.phase === 'closed') this.onClosed(conversation);
    this.listener?.conversation(conversation);
    this.inventory?.conversation(conversation);
    this.fingerprints?.conversation(conversation);
    for (const handler of this.handlers) handler.conversation?.(conversation);
  }

  login(login: Login): void {
    this.listener?.login(login);
    for (const handler of this.handlers) handler.login?.(login);
  }

  transfer(transfer: Transfer): void {
    const recorded = this.recorder.transfer(transfer);
    this.listener?.transfer(recorded);
    for (const handler of this.handlers) handler.transfer?.(recorded);
  }

  claim(claim: Claim): void {
    this.listener?.claim(claim);
    this.inventory?.claim(claim);
    this.fingerprints?.claim(claim);
    for (const handler of this.handlers) handler.claim?.(claim);
  }

  violation(violation: Violation): void {
    const rule = `${violation.protocol}/${violation.rule}`;
    this.violations.set(rule, (this.violations.get(rule) ?? 0) + 1);
    this.listener?.violation(violation);
    for (const handler of this.handlers) handler.violation?.(violation);
  }

  trait(trait: Trait): void {
    this.listener?.trait(trait);
    this.fingerprints?.trait(trait);
    // Too many, and too large, for anybody else.
    if (trait.trait === 'first-packets') return;
    this.inventory?.trait(trait);
    for (const handler of this.handlers) handler.trait?.(trait);
  }

  tick(timeUs: number): void {
    this.fingerprints?.tick(timeUs);
    for (const handler of this.handlers) handler.tick?.(timeUs);
  }

  end(timeUs: number): void {
    this.fingerprints?.look(timeUs);
    for (const handler of this.handlers) handler.end?.(timeUs);
  }
}
