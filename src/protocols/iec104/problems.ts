// The rules that a message can break, and how it is handed on. Rare: texts may be built.
import type { MessageContext } from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';

export const RULES = [
  'length-invalid',
  'control-function-invalid',
  'control-reserved-bits',
  'send-number-gap',
  'send-number-repeated',
  'receive-number-ahead',
  'receive-number-back',
  'confirmation-unasked',
  'confirmation-differs',
  'data-while-stopped',
  'asdu-too-short',
  'trailing-bytes',
  'type-reserved',
  'type-wrong-direction',
  'sequence-not-allowed',
  'object-count-zero',
  'object-count-not-one',
  'cause-reserved',
  'cause-not-of-type',
  'cause-wrong-direction',
  'negative-bit-unexpected',
  'negative-bit-missing',
  'command-marked-as-test',
  'common-address-zero',
  'broadcast-not-allowed',
  'object-address-not-zero',
  'object-address-zero',
  'object-address-beyond-space',
  'quality-reserved-bits',
  'state-reserved-bits',
  'command-state-invalid',
  'qualifier-reserved',
  'parameter-flags-set',
  'not-a-finite-number',
  'test-pattern-invalid',
  'time-invalid',
  'time-reserved-bits',
  'segment-empty',
  'checksum-wrong',
  'execute-without-select',
  'execute-differs-from-select',
] as const;
export type Rule = (typeof RULES)[number];

/** Hands on what is wrong with the message it was begun with. */
export class Problems {
  readonly #protocol: string;
  #context: MessageContext | null = null;
  #bytes: Uint8Array = NO_BYTES;
  #start = 0;
  #end = 0;
  /** Rules of this message that were told of: once each. */
  readonly #told: Rule[] = [];
  unit = -1;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  begin(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    this.#context = context;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    if (this.#told.length > 0) this.#told.length = 0;
    this.unit = -1;
  }

  /** `at`: where the message breaks the rule. */
  add(rule: Rule, detail: string, at: number): void {
    if (this.#context === null || this.#told.includes(rule)) return;
    this.#told.push(rule);
    violation(this.#context, this.#protocol, rule, detail, this.#bytes, this.#start, this.#end, at, this.unit);
  }

  /** The bytes are no longer ours. */
  done(): void {
    this.#context = null;
    this.#bytes = NO_BYTES;
  }
}

const NO_BYTES = new Uint8Array(0);
