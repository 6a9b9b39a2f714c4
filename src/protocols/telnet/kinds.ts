// Names the commands of Telnet (RFC 854, RFC 855) that stand between the text.
import type { KindSink } from '../../facts/protocol.ts';
import { Code } from './messages.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [240, 'SE'],
  [241, 'NOP'],
  [242, 'Data Mark'],
  [243, 'Break'],
  [244, 'Interrupt Process'],
  [245, 'Abort Output'],
  [246, 'Are You There'],
  [247, 'Erase Character'],
  [248, 'Erase Line'],
  [249, 'Go Ahead'],
  [250, 'SB'],
  [251, 'WILL'],
  [252, 'WONT'],
  [253, 'DO'],
  [254, 'DONT'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()].filter((name) => name !== 'SE');

export function commandKind(code: number): string {
  return NAMES.get(code) ?? `command ${code}`;
}

/** The end of a subnegotiation is a part of it. */
export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  for (let at = start; at + 1 < end; at++) {
    if (bytes[at] !== Code.IAC) continue;
    const code = bytes[++at]!;
    if (code === Code.IAC || code === Code.SE) continue;
    const hasOption = code > Code.SB && code <= Code.DONT && at + 1 < end;
    tell(commandKind(code), hasOption ? `option ${bytes[++at]!}` : '');
  }
}
