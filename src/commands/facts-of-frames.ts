// Hands on only the facts that were decoded from wanted frames.
import type { Claim, Conversation, FactSink, Login, Trait, Transfer, Violation } from '../facts/facts.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import type { Operation } from '../facts/operation.ts';

export class FactsOfFrames implements FactSink {
  readonly #sink: FactSink;
  readonly #wanted: ReadonlySet<FrameReference>;
  readonly #comes: (frame: FrameReference) => void;

  /** `comes`: called before each fact with the wanted frame that it belongs to. */
  constructor(sink: FactSink, wanted: ReadonlySet<FrameReference>, comes: (frame: FrameReference) => void) {
    this.#sink = sink;
    this.#wanted = wanted;
    this.#comes = comes;
  }

  /** Belongs to its request, or else to its answer. */
  operation(operation: Operation): void {
    for (const frame of [operation.requestFrame, operation.answerFrame]) {
      if (!this.#wanted.has(frame)) continue;
      this.#comes(frame);
      this.#sink.operation(operation);
      return;
    }
  }

  /** How a conversation begins; what it comes to in the end proves nothing of one frame. */
  conversation(conversation: Conversation): void {
    const { phase, frame } = conversation;
    if (phase !== 'updated' && phase !== 'closed' && this.#isWanted(frame)) this.#sink.conversation(conversation);
  }

  login(login: Login): void {
    if (this.#isWanted(login.frame)) this.#sink.login(login);
  }

  transfer(transfer: Transfer): void {
    if (this.#isWanted(transfer.frame)) this.#sink.transfer(transfer);
  }

  claim(claim: Claim): void {
    if (this.#isWanted(claim.frame)) this.#sink.claim(claim);
  }

  violation(violation: Violation): void {
    if (this.#isWanted(violation.frame)) this.#sink.violation(violation);
  }

  trait(trait: Trait): void {
    if (this.#isWanted(trait.frame)) this.#sink.trait(trait);
  }

  #isWanted(frame: FrameReference): boolean {
    if (!this.#wanted.has(frame)) return false;
    this.#comes(frame);
    return true;
  }
}
