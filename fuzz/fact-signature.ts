// Turns the facts a parser hands over into numbers: one for each kind of fact, and one for everything they said.
import { CheckedSink } from './checked-sink.ts';
import { mixed } from './target.ts';

export class FactSignature {
  readonly sink = new CheckedSink();
  /** Kinds of facts, verbs, functions, outcomes, rules: for finding inputs that do something new. */
  readonly kinds = new Set<number>();
  /** All fields and values: equal for equal facts. */
  whole = 0;

  constructor() {
    this.sink.onFact = (fact) => {
      for (const value of Object.values(fact) as unknown[]) this.add(value);
      if ('verb' in fact) {
        const { bytes, valuesStart, nameBytes, nameStart, nameEnd } = fact;
        const size = fact.encoding === 1 ? Math.ceil(fact.valueCount / 8) : fact.valueCount * fact.valueSize;
        this.addBytes(bytes, valuesStart, valuesStart + size);
        this.addBytes(nameBytes, nameStart, nameEnd);
        this.kinds.add((fact.verb << 20) | (fact.function << 8) | (fact.outcome << 4) | fact.encoding);
      } else if (fact.fact === 'violation') this.kinds.add(text(text(1, fact.protocol), fact.rule));
      else if (fact.fact === 'claim') this.kinds.add(text(2, fact.attribute));
      else this.kinds.add(text(3, fact.fact));
    };
  }

  reset(): void {
    this.sink.reset();
    this.kinds.clear();
    this.whole = 0;
  }

  /** Throws where a fact was not well-formed. */
  assertWellFormed(): void {
    if (this.sink.problems.length > 0) throw new Error(`fact not well-formed: ${this.sink.problems.join('; ')}`);
  }

  private add(value: unknown): void {
    if (typeof value === 'number') this.whole = mixed(this.whole, value);
    else if (typeof value === 'boolean') this.whole = mixed(this.whole, value ? 1 : 2);
    else if (typeof value === 'string') this.whole = text(this.whole, value);
  }

  private addBytes(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < Math.min(end, bytes.length); at++) this.whole = mixed(this.whole, bytes[at]!);
  }
}

function text(signature: number, value: string): number {
  let result = mixed(signature, value.length);
  for (let at = 0; at < value.length; at++) result = mixed(result, value.charCodeAt(at));
  return result;
}
