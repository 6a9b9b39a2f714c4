// A conversation as one row of bytes, so that mutations reach who speaks, the cuts and the order as well as the bytes.
//
// Each step: control (1 byte), TCP flags (1), sequence offset (2, signed), length of the payload (2), payload. A length
// that reaches past the end takes what is there.
import type { Said } from './corpus.ts';

export const Control = {
  fromServer: 0x01,
  /** Bytes of this direction were lost before the step. */
  gap: 0x02,
  /** A second passes before the step. */
  second: 0x04,
  /** The sequence number is moved by the offset. */
  displaced: 0x08,
  /** The conversation ends here and another one follows. */
  next: 0x10,
  /** The capture cut the payload. */
  cut: 0x20,
  /** As a datagram, where the protocol has both. */
  datagram: 0x40,
} as const;

const STEP_BYTES = 6;
const TCP_PSH_ACK = 0x18;

export interface Step {
  control: number;
  tcpFlags: number;
  sequenceOffset: number;
  /** The payload: bytes[start..end) of the script. */
  start: number;
  end: number;
}

/** Calls `each` for every step with one reused record. */
export function walkScript(script: Uint8Array, each: (step: Step) => void): void {
  const step: Step = { control: 0, tcpFlags: 0, sequenceOffset: 0, start: 0, end: 0 };
  let at = 0;
  while (at + STEP_BYTES <= script.length) {
    step.control = script[at]!;
    step.tcpFlags = script[at + 1]!;
    step.sequenceOffset = ((script[at + 2]! << 24) >> 16) | script[at + 3]!;
    step.start = at + STEP_BYTES;
    step.end = Math.min(script.length, step.start + ((script[at + 4]! << 8) | script[at + 5]!));
    each(step);
    at = step.end;
  }
}

export function scriptOf(said: readonly Said[]): Uint8Array {
  const size = said.reduce((sum, { payload }) => sum + STEP_BYTES + payload.length, 0);
  const script = new Uint8Array(size);
  let at = 0;
  for (const { fromClient, payload } of said) {
    const head = [fromClient ? 0 : Control.fromServer, TCP_PSH_ACK, 0, 0, payload.length >> 8, payload.length & 0xff];
    script.set(head, at);
    script.set(payload, at + STEP_BYTES);
    at += STEP_BYTES + payload.length;
  }
  return script;
}
