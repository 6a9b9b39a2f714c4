// Decides what switching unsolicited responses off means. A master that connects, or finds the outstation restarted,
// commonly disables them, polls all classes and enables them again (IEEE 1815-2012, clause 4.4): that is `configure`. What leaves an outstation in operation silent is `suppress-alarm`.
import { setNoValues } from '../facts-of-messages.ts';
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Association } from './associations.ts';
import { Indication } from './messages.ts';

/** So long a start-up takes: after the first request, and after a disable until the rest of it comes. */
export const START_UP_US = 30_000_000;
/** Operations that wait for it; the oldest is told as what it is without. */
const HELD_MAX = 256;

interface Held {
  readonly association: Association;
  readonly operation: Operation;
  readonly untilUs: number;
  /** Classes had been polled before: only an enable makes it part of a start-up. */
  readonly isPolled: boolean;
}

export class StartUp {
  #held: Held[] = [];

  /**
   * A disable that was answered, or that nobody answered, is in the context's record. Hands it over now where it is
   * clear what it was: the outstation told of a restart, or the master has been polling for longer than a start-up takes;
   * else it waits.
   */
  disabled(association: Association, context: MessageContext): void {
    const { operation } = context;
    const { indications } = association;
    if (indications >= 0 && (indications & Indication.deviceRestart) !== 0) operation.verb = Verb.configure;
    const isInOperation = association.isPolled && context.timeUs - association.firstRequestUs >= START_UP_US;
    if (operation.verb === Verb.configure || isInOperation) {
      context.sink.operation(operation);
      return;
    }
    setNoValues(operation);
    operation.nameStart = operation.nameEnd = 0;
    const copy = { ...operation };
    if (this.#held.length >= HELD_MAX) this.#tell(this.#held.shift()!, false, context);
    this.#held.push({
      association,
      operation: copy,
      untilUs: context.timeUs + START_UP_US,
      isPolled: association.isPolled,
    });
  }

  /** The master polls classes, or enables unsolicited responses: a start-up goes its way. */
  goesOn(association: Association, isPoll: boolean, context: MessageContext): void {
    if (this.#held.length === 0) return;
    const goesOn = (held: Held): boolean => held.association === association && !(isPoll && held.isPolled);
    this.#tellWhere(goesOn, true, context);
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#held.length === 0) return;
    this.#tellWhere((held) => held.association.flow === flow, false, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#held.length === 0) return;
    this.#tellWhere((held) => held.untilUs <= timeUs, false, context);
  }

  #tellWhere(isMeant: (held: Held) => boolean, isStartUp: boolean, context: MessageContext): void {
    const told = this.#held.filter(isMeant);
    if (told.length === 0) return;
    this.#held = this.#held.filter((held) => !isMeant(held));
    for (const held of told) this.#tell(held, isStartUp, context);
  }

  #tell(held: Held, isStartUp: boolean, context: MessageContext): void {
    const { operation } = context;
    Object.assign(operation, held.operation);
    if (isStartUp) operation.verb = Verb.configure;
    context.sink.operation(operation);
  }
}
