// What Modbus requests a benign capture holds: who asks whom for which points, with a real request and answer of each
// pair to make further ones from.
import { analyze } from '../src/engine/analysis.ts';
import { frameOf } from '../src/facts/frame-reference.ts';
import { Outcome, type Operation } from '../src/facts/operation.ts';
import { Verb } from '../src/facts/verbs.ts';
import { valueAt } from '../src/learning/points.ts';
import { protocols } from '../src/protocols/index.ts';
import { Space } from '../src/protocols/modbus/messages.ts';
import { endsOf, writeFrames, type Frame } from './score-frames.ts';

/** A client and the device it asks. */
export interface Pair {
  readonly client: string;
  readonly server: string;
  readonly unit: number;
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
  readonly functions: Set<number>;
  requests: number;
}

export interface Point {
  readonly pair: Pair;
  readonly space: number;
  readonly address: number;
  reads: number;
  writes: number;
  /** Of what was read and written; NaN where nothing was. */
  minimum: number;
  maximum: number;
}

export interface Observed {
  /** Those that ask most first. */
  readonly pairs: readonly Pair[];
  /** Coils and holding registers, which can be written. */
  readonly points: readonly Point[];
}

const TCP_MODBUS = protocols.findIndex(({ name }) => name === 'modbus');
const WRITABLE: readonly number[] = [Space.coil, Space.holdingRegister];

export async function observe(capture: string, frames: readonly Frame[]): Promise<Observed> {
  writeFrames(capture, frames);
  const pairs = new Map<string, Pair>();
  const points = new Map<string, Point>();
  const operation = (seen: Operation): void => {
    if (seen.protocol !== TCP_MODBUS || seen.outcome !== Outcome.ok || seen.requestFrame === 0) return;
    const request = frames[frameOf(seen.requestFrame) - 1]!.bytes;
    const answer = frames[frameOf(seen.answerFrame) - 1]!.bytes;
    const { source, target } = endsOf(request);
    const name = `${source} ${target} ${seen.unit}`;
    let pair = pairs.get(name);
    if (pair === undefined) {
      pair = { client: source, server: target, unit: seen.unit, request, answer, functions: new Set(), requests: 0 };
      pairs.set(name, pair);
    }
    pair.requests++;
    pair.functions.add(seen.function);
    if (seen.first >= 0 && WRITABLE.includes(seen.space)) notePoints(points, pair, seen);
  };
  const ignore = (): void => undefined;
  const facts = {
    operation,
    conversation: ignore,
    login: ignore,
    transfer: ignore,
    claim: ignore,
    violation: ignore,
    trait: ignore,
  };
  await analyze({ paths: [capture], modules: false, facts: () => facts });
  const byRequests = [...pairs.values()].sort((a, b) => b.requests - a.requests);
  return { pairs: byRequests, points: [...points.values()] };
}

/** One point for each device; the pair is the first that touched it. */
function notePoints(points: Map<string, Point>, pair: Pair, operation: Operation): void {
  const { space, first, count, verb } = operation;
  for (let index = 0; index < count; index++) {
    const address = first + index;
    const name = `${pair.server} ${pair.unit} ${space} ${address}`;
    let point = points.get(name);
    if (point === undefined) {
      point = { pair, space, address, reads: 0, writes: 0, minimum: NaN, maximum: NaN };
      points.set(name, point);
    }
    if (verb === Verb.read) point.reads++;
    else point.writes++;
    const { bytes, valuesStart, encoding, valueSize, valueCount } = operation;
    const value = index < valueCount ? valueAt(bytes, valuesStart, index, encoding, valueSize) : NaN;
    if (Number.isNaN(value)) continue;
    point.minimum = Number.isNaN(point.minimum) ? value : Math.min(point.minimum, value);
    point.maximum = Number.isNaN(point.maximum) ? value : Math.max(point.maximum, value);
  }
}
