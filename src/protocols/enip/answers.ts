// The values that an answer carries, put into the operation of its request.
import { Encoding, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { Class } from './classes.ts';
import { isModbusWrite, setModbusValues } from './requests.ts';
import { Service } from './services.ts';
import { setBytes, setTyped, typeSize } from './tag-values.ts';

/** A word of a controller's memory, as data servers read it. */
const MEMORY_WORD = 4;

/** Data of an answer that does not refuse: bytes[start..end). Values of a write stay those of the request. */
export function fillAnswer(operation: Operation, service: number, bytes: Uint8Array, start: number, end: number): void {
  const classId = operation.subfunction;
  if (classId === Class.symbol && (service === Service.readTag || service === Service.readTagFragmented)) {
    const size = typeSize(bytes, start, end);
    if (size > 0) setTyped(operation, bytes, start, start + size, end);
    return;
  }
  if (classId === Class.modbus && operation.verb === Verb.read) {
    if (!isModbusWrite(service)) setModbusValues(operation, bytes, start, end);
    return;
  }
  if (classId === Class.memory && service === Service.readTag) {
    const words = Math.min(operation.count, Math.floor((end - start) / MEMORY_WORD));
    // What type a word has is not on the wire.
    if (words > 0) setBytes(operation, bytes, start, start + words * MEMORY_WORD);
    return;
  }
  // An answer with data of its own tells more than the request did, but for what was written.
  if (operation.encoding === Encoding.none || !isChange(operation.verb)) setBytes(operation, bytes, start, end);
}

function isChange(verb: number): boolean {
  switch (verb) {
    case Verb.write:
    case Verb.configure:
    case Verb['set-time']:
    case Verb['file-write']:
    case Verb['firmware-download']:
    case Verb['program-download']:
    case Verb.restart:
    case Verb['factory-reset']:
      return true;
    default:
      return false;
  }
}
