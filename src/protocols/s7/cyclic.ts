// Cyclic and change-driven reading, and the monitoring of a variable table: a client names areas once, the controller
// tells their values from then on. The areas
// of each job are kept, so that a message of values alone can be read; bounded, forgotten with the conversation.
import { u16be } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import { TYPE_ENCODING, TYPE_SIZE, encodingOf } from './areas.ts';
import { ITEM_OK } from './codes.ts';
import { Item, ItemProblem, hasStride, readItem, readSubItem } from './items.ts';

/** Jobs kept, and areas of one. */
const JOBS_MAX = 512;
const AREAS_MAX = 128;
/** Conversation and key in one number: references of requests below, numbers of jobs above. */
const FLOW_STEP = 2 ** 20;
const JOB = 2 ** 19;
/** Number of items, time base, factor. */
const REQUEST_HEADER = 4;

export interface CyclicArea {
  readonly space: number;
  readonly first: number;
  readonly count: number;
  readonly dataType: number;
  /** Areas of one item are told in one block of data. */
  readonly item: number;
  /** The block holds a return code before the bytes of each area. */
  readonly isNested: boolean;
}

/** The areas that a request names: bytes[start..end) is its content. */
export function readAreas(bytes: Uint8Array, start: number, end: number): CyclicArea[] {
  const areas: CyclicArea[] = [];
  if (end - start < REQUEST_HEADER) return areas;
  const count = u16be(bytes, start);
  const item = new Item();
  let at = start + REQUEST_HEADER;
  for (let index = 0; index < count && at < end && areas.length < AREAS_MAX; index++) {
    readItem(bytes, at, end, index === count - 1, item);
    if (item.problem === ItemProblem.cutShort) break;
    const next = item.next;
    do {
      const { space, first, dataType } = item;
      areas.push({ space, first, count: item.count, dataType, item: index, isNested: item.valueBytes >= 0 });
    } while (areas.length < AREAS_MAX && readSubItem(bytes, next, item));
    at = next;
  }
  return areas;
}

export class CyclicJobs {
  readonly #protocol: number;
  /** By conversation, and the reference of the request or the number of the job. */
  readonly #jobs = new Map<number, readonly CyclicArea[]>();

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  /** Areas asked for in a request: the answer gives the job its number. */
  asked(flow: number, reference: number, areas: readonly CyclicArea[]): void {
    if (areas.length > 0) this.#keep(flow * FLOW_STEP + reference, areas);
  }

  started(flow: number, reference: number, job: number, isAccepted: boolean): void {
    const asked = flow * FLOW_STEP + reference;
    const areas = this.#jobs.get(asked);
    if (areas === undefined) return;
    this.#jobs.delete(asked);
    if (isAccepted) this.#keep(flow * FLOW_STEP + JOB + job, areas);
  }

  stopped(flow: number, job: number): void {
    this.#jobs.delete(flow * FLOW_STEP + JOB + job);
  }

  closed(flow: number): void {
    if (this.#jobs.size === 0) return;
    for (const key of this.#jobs.keys()) if (Math.floor(key / FLOW_STEP) === flow) this.#jobs.delete(key);
  }

  /**
   * The controller tells values of a job: bytes[start..end) is the number of items and their data. One report for each
   * area whose value is there; false where the job is not known or its areas do not fit the data.
   */
  values(
    context: MessageContext,
    bytes: Uint8Array,
    start: number,
    end: number,
    code: number,
    subfunction: number,
    job: number,
  ): boolean {
    const areas = this.#jobs.get(context.flow * FLOW_STEP + JOB + job);
    if (areas === undefined || end - start < 2) return false;
    if (!fits(areas, bytes, start, end)) return false;
    let isTold = false;
    walk(areas, bytes, start, end, (area, at) => {
      isTold = true;
      const { operation } = context;
      startOperation(context, this.#protocol, context.fromClient);
      fillReport(operation, area, bytes, at);
      operation.function = code;
      operation.subfunction = subfunction;
      setUnasked(operation, context);
      context.sink.operation(operation);
    });
    return isTold;
  }

  #keep(key: number, areas: readonly CyclicArea[]): void {
    if (this.#jobs.size >= JOBS_MAX) {
      for (const oldest of this.#jobs.keys()) {
        this.#jobs.delete(oldest);
        break;
      }
    }
    this.#jobs.delete(key);
    this.#jobs.set(key, areas);
  }
}

function fillReport(operation: Operation, area: CyclicArea, bytes: Uint8Array, at: number): void {
  operation.verb = Verb.report;
  operation.space = area.space;
  operation.first = area.first;
  operation.count = area.count;
  const encoding = encodingOf(area.dataType, area.count);
  const size = TYPE_SIZE[area.dataType]!;
  if (area.count > 1 && hasStride(area.space, area.dataType)) {
    operation.count = area.count * size;
    setValues(operation, bytes, at, 1, Encoding.bytes, operation.count);
  } else setValues(operation, bytes, at, size, encoding, encoding === Encoding.none ? 0 : area.count);
}

function fits(areas: readonly CyclicArea[], bytes: Uint8Array, start: number, end: number): boolean {
  return walk(areas, bytes, start, end, () => undefined);
}

/**
 * Items as in the answer to a read; the data of an item that names several areas holds for each a return code and, where
 * it is a success, the bytes. True where everything is used up.
 */
function walk(
  areas: readonly CyclicArea[],
  bytes: Uint8Array,
  start: number,
  end: number,
  found: (area: CyclicArea, at: number) => void,
): boolean {
  const items = u16be(bytes, start);
  let at = start + 2;
  for (let item = 0; item < items; item++) {
    if (at + 4 > end) return false;
    const code = bytes[at]!;
    const length = u16be(bytes, at + 2);
    const size = bytes[at + 1]! >= 3 && bytes[at + 1]! <= 5 ? (length + 7) >> 3 : length;
    const dataEnd = at + 4 + size;
    if (dataEnd > end) return false;
    const own = areas.filter((area) => area.item === item);
    if (code === ITEM_OK && !itemAreas(own, bytes, at + 4, dataEnd, found)) return false;
    at = item < items - 1 && (size & 1) === 1 ? dataEnd + 1 : dataEnd;
  }
  return true;
}

function itemAreas(
  areas: readonly CyclicArea[],
  bytes: Uint8Array,
  start: number,
  end: number,
  found: (area: CyclicArea, at: number) => void,
): boolean {
  const only = areas[0];
  if (only === undefined) return false;
  if (!only.isNested) return single(only, start, end, found);
  let at = start;
  for (const area of areas) {
    if (at >= end) return false;
    const code = bytes[at++]!;
    // Not changed since, or not to be read: no bytes follow.
    if (code !== ITEM_OK) continue;
    if (at + area.count > end) return false;
    found(area, at);
    at += area.count;
  }
  return at === end;
}

function single(area: CyclicArea, start: number, end: number, found: (area: CyclicArea, at: number) => void): boolean {
  const size = TYPE_SIZE[area.dataType]! * area.count;
  if (TYPE_ENCODING[area.dataType] === Encoding.none || size > end - start) return false;
  found(area, start);
  return true;
}
