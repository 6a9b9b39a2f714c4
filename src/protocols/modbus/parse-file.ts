// The two file functions, 20 and 21 (clauses 6.14 and 6.15): a message carries several groups, each of a file and a
// record of its own.
import { u16be } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';
import { Code, type ModbusMessage, Problem } from './messages.ts';

const REFERENCE_TYPE = 6;
const RECORD_NUMBER_MAX = 0x270f;
const GROUP_HEADER = 7;

/** One group, refilled by each `next…`. */
export class FileGroup {
  /** Where it starts, and where the next one does. */
  start = 0;
  next = 0;
  file = -1;
  record = -1;
  /** In registers. */
  count = 0;
  /** Bytes of the record that the group carries: bytes[dataStart..dataEnd), as far as they are there. */
  dataStart = 0;
  dataEnd = 0;

  /** A group of a request, or of an answer to 21, at `at`; false where there is no whole header any more. */
  readHeader(bytes: Uint8Array, at: number, end: number, carriesData: boolean): boolean {
    if (at + GROUP_HEADER > end) return false;
    this.start = at;
    this.file = u16be(bytes, at + 1);
    this.record = u16be(bytes, at + 3);
    this.count = u16be(bytes, at + 5);
    this.dataStart = at + GROUP_HEADER;
    this.next = carriesData ? this.dataStart + this.count * 2 : this.dataStart;
    this.dataEnd = Math.min(this.next, end);
    return true;
  }

  /** A group of an answer to 20 at `at`: length (reference type included), reference type, data. */
  readData(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 2 > end) return false;
    this.start = at;
    this.dataStart = at + 2;
    this.next = at + 1 + Math.max(1, bytes[at]!);
    this.dataEnd = Math.min(this.next, end);
    this.count = (this.next - this.dataStart) >> 1;
    return true;
  }
}

/** File and record in one number: the `first` of an operation. */
export function fileObject(file: number, record: number): number {
  return file * 0x10000 + record;
}

export function parseFileRequest(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  const stop = groupsEnd(message, bytes, start, end);
  parseHeaders(message, bytes, start + 2, stop, message.function === Code.writeFileRecord);
}

export function parseFileAnswer(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  const stop = groupsEnd(message, bytes, start, end);
  if (message.function === Code.writeFileRecord) {
    parseHeaders(message, bytes, start + 2, stop, true);
    return;
  }
  const group = new FileGroup();
  for (let at = start + 2; at < stop; at = group.next) {
    if (!group.readData(bytes, at, stop) || group.next > stop) {
      message.addProblem(Problem['object-cut-short'], at, bytes[at]!, stop - at - 1);
      return;
    }
    checkReferenceType(message, bytes, at + 1);
    if (at === start + 2) {
      message.count = group.count;
      message.setValues(group.dataStart, 2, Encoding.unsigned, group.count);
    }
  }
}

/** Where the groups end by the byte count, checked. */
function groupsEnd(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2) {
    message.addProblem(Problem['length-too-short'], start, end - start, 2);
    return end;
  }
  const stop = start + 2 + bytes[start + 1]!;
  if (stop > end) message.addProblem(Problem['values-cut-short'], start + 1, bytes[start + 1]!, end - start - 2);
  else if (stop < end) message.addProblem(Problem['trailing-bytes'], stop, end - stop, 0);
  if (stop === start + 2) message.addProblem(Problem['quantity-zero'], start + 1, 0, 0);
  return Math.min(stop, end);
}

function parseHeaders(
  message: ModbusMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
  carriesData: boolean,
): void {
  const group = new FileGroup();
  for (let at = start; at < end; at = group.next) {
    if (!group.readHeader(bytes, at, end, carriesData)) {
      message.addProblem(Problem['length-too-short'], at, end - at, GROUP_HEADER);
      return;
    }
    checkReferenceType(message, bytes, at);
    if (group.record > RECORD_NUMBER_MAX) {
      message.addProblem(Problem['record-number-above-limit'], at + 3, group.record, RECORD_NUMBER_MAX);
    }
    if (group.count === 0) message.addProblem(Problem['quantity-zero'], at + 5, 0, 0);
    if (group.next > end) {
      message.addProblem(Problem['object-cut-short'], at + 5, group.count * 2, group.dataEnd - group.dataStart);
    }
    if (at === start) {
      message.first = fileObject(group.file, group.record);
      message.count = group.count;
      if (carriesData) {
        message.setValues(group.dataStart, 2, Encoding.unsigned, (group.dataEnd - group.dataStart) >> 1);
      }
    }
  }
}

function checkReferenceType(message: ModbusMessage, bytes: Uint8Array, at: number): void {
  const type = bytes[at]!;
  if (type !== REFERENCE_TYPE) message.addProblem(Problem['reference-type-invalid'], at, type, 0);
}
