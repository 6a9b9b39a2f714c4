// Compares an answer with the request it belongs to, and notes where they contradict each other.
import { u16be } from '../../bytes/endian.ts';
import { Code, type ModbusMessage, Problem } from './messages.ts';
import type { PendingRequests } from './pending.ts';

/** `start` is the answer's function code. Refusals are not asked: they carry nothing to compare. */
export function checkAnswer(
  message: ModbusMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
  pending: PendingRequests,
  slot: number,
): void {
  switch (message.function) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
      if (end - start >= 2) checkSize(message, start + 1, bytes[start + 1]!, (pending.count[slot]! + 7) >> 3);
      return;
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
      if (end - start >= 2) checkSize(message, start + 1, bytes[start + 1]!, pending.count[slot]! * 2);
      return;
    case Code.readWriteMultipleRegisters:
      if (end - start >= 2) checkSize(message, start + 1, bytes[start + 1]!, pending.readCount[slot]! * 2);
      return;
    case Code.writeSingleCoil:
    case Code.writeSingleRegister:
    case Code.writeMultipleCoils:
    case Code.writeMultipleRegisters:
      checkEcho(message, bytes, start, end, 5, pending, slot);
      return;
    case Code.maskWriteRegister:
      checkEcho(message, bytes, start, end, 7, pending, slot);
      return;
    case Code.diagnostics:
      checkEcho(message, bytes, start, end, message.subfunction === 0 ? end - start : 3, pending, slot);
      return;
    case Code.writeFileRecord:
      checkEcho(message, bytes, start, end, end - start, pending, slot);
      return;
    case Code.encapsulatedInterface:
      if (message.subfunction >= 0 && message.subfunction !== pending.subfunction[slot]) {
        message.addProblem(Problem['answer-not-an-echo'], start + 1, message.subfunction, pending.subfunction[slot]!);
      }
      return;
    default:
  }
}

function checkSize(message: ModbusMessage, at: number, size: number, asked: number): void {
  if (size !== asked) message.addProblem(Problem['answer-size-mismatch'], at, size, asked);
}

/** The first `size` bytes of these answers repeat the request's; the first pair of bytes that differs is noted. */
function checkEcho(
  message: ModbusMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
  size: number,
  pending: PendingRequests,
  slot: number,
): void {
  const request = pending.bytes;
  const requestStart = pending.pduStart(slot);
  const common = Math.min(size, end - start, pending.pduSize[slot]!);
  for (let at = 1; at + 1 < common; at += 2) {
    const said = u16be(bytes, start + at);
    const asked = u16be(request, requestStart + at);
    if (said !== asked) {
      message.addProblem(Problem['answer-not-an-echo'], start + at, said, asked);
      return;
    }
  }
}
