// Says in plain words who asked what of whom and what came of it.
import type { HostDirectory } from '../../facts/facts.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import type { Protocol } from '../../facts/protocol.ts';
import { printable } from '../../bytes/text.ts';
import { countOf, durationText } from '../plain-words.ts';

/** `192.0.2.1 sent Stop PLC (Modbus function 90/65) to 192.0.2.9, unit 0`. */
export function whoAskedWhat(operation: Operation, hosts: HostDirectory, protocol: Protocol | undefined): string {
  const to = operation.isBroadcast
    ? `all devices behind ${hosts.address(operation.server)}`
    : deviceName(operation, hosts, protocol);
  return `${hosts.address(operation.client)} sent ${functionText(operation, protocol)} to ${to}`;
}

export function deviceName(operation: Operation, hosts: HostDirectory, protocol: Protocol | undefined): string {
  const address = hosts.address(operation.server);
  const { unit } = operation;
  return unit < 0 ? address : `${address}, ${protocol?.units?.name(unit) ?? `unit ${unit}`}`;
}

export function functionText(operation: Operation, protocol: Protocol | undefined): string {
  const title = protocol?.title ?? 'an unknown protocol';
  if (operation.function < 0) return `a command of ${title}`;
  const name = protocol?.functionName(operation.function, operation.subfunction) ?? '';
  const sub = operation.subfunction < 0 ? '' : `/${operation.subfunction}`;
  return `"${name}" (${title} function ${operation.function}${sub})`;
}

/** `the device refused it with code 1 (illegal function) after 2 ms`. */
export function outcomeText(operation: Operation, protocol: Protocol | undefined, isAbsent: boolean): string {
  const after = operation.elapsedUs < 0 ? '' : ` after ${durationText(operation.elapsedUs)}`;
  if (operation.outcome === Outcome.ok) {
    return operation.answerFrame > 0 ? `the device confirmed it${after}` : 'it asks for no answer';
  }
  if (operation.outcome === Outcome.unanswered) return 'no answer was seen';
  const name = protocol?.codeName(operation.code) ?? '';
  const who = isAbsent ? 'a gateway answered for the device' : 'the device refused it';
  return `${who} with code ${operation.code}${name === '' ? '' : ` (${name})`}${after}`;
}

/** The object in words, equal where the object is: `file record 3`, a name, or ''. */
export function objectText(operation: Operation, protocol: Protocol | undefined): string {
  if (operation.nameEnd > operation.nameStart) {
    return printable(operation.nameBytes, operation.nameStart, operation.nameEnd, 64);
  }
  if (operation.first < 0) return '';
  const space = protocol?.spaceName(operation.space) ?? '';
  return space === '' ? `${operation.first}` : `${space} ${operation.first}`;
}

/** `37 requests were refused, 2 stayed unanswered`: what is none is not named. */
export function failuresText(failures: { readonly refused: number; readonly unanswered: number }, how: string): string {
  const { refused, unanswered } = failures;
  if (refused === 0) return `${countOf(unanswered, 'request')} stayed unanswered`;
  const text = `${countOf(refused, 'request')} ${refused === 1 ? 'was' : 'were'} ${how}`;
  return unanswered === 0 ? text : `${text}, ${unanswered} stayed unanswered`;
}

/** `1 to 5, 7, 9 to 12`, at most twelve stretches. */
export function rangesText(numbers: readonly number[]): string {
  const stretches: string[] = [];
  let from = 0;
  for (let at = 0; at < numbers.length; at++) {
    if (numbers[at + 1] === numbers[at]! + 1) continue;
    stretches.push(from === at ? `${numbers[at]!}` : `${numbers[from]!} to ${numbers[at]!}`);
    from = at + 1;
  }
  return stretches.length > 12 ? `${stretches.slice(0, 12).join(', ')} …` : stretches.join(', ');
}
