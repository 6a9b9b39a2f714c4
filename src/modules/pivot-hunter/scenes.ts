// Scenes that the tests of pivot-hunter are made of: connections of hand-made hosts.
import type { Conversation } from '../../facts/facts.ts';
import type { Rehearsal } from '../rehearsal.ts';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const FIELDBUS = 0;
export const SHELL = 2;
export const WEB = 3;
export const UNKNOWN = -1;

let frame = 1;

type Ending = 'silent' | 'refused' | 'empty' | 'used';

/** A connection from its first packet to its end; `used`: something was said in it. */
export function connect(rehearsal: Rehearsal, ending: Ending, change: Partial<Conversation> = {}): void {
  const isAnswered = ending === 'empty' || ending === 'used';
  const packets = ending === 'used' ? 20 : ending === 'silent' ? 1 : 2;
  const common: Partial<Conversation> = {
    frame: frame++,
    protocol: UNKNOWN,
    clientPackets: packets,
    serverPackets: ending === 'silent' ? 0 : packets,
    clientBytes: packets * (ending === 'used' ? 120 : 60),
    serverBytes: ending === 'silent' ? 0 : packets * (ending === 'used' ? 120 : 60),
    isAnswered,
    firstUs: change.timeUs ?? 1000,
    lastUs: change.timeUs ?? 1000,
    ...change,
  };
  const tell = (phase: Conversation['phase'], rest: Partial<Conversation> = {}): void =>
    rehearsal.conversation({ ...common, phase, ...rest });
  tell('opened', { protocol: UNKNOWN, isAnswered: false });
  if (ending === 'refused') tell('refused');
  else if (isAnswered) tell('answered', { protocol: UNKNOWN });
  if (ending === 'used' && (common.protocol ?? UNKNOWN) >= 0) tell('identified');
  if (ending !== 'silent') tell('closed');
}

/** An echo request to a host. */
export function ping(rehearsal: Rehearsal, server: number, timeUs: number, isAnswered: boolean): void {
  const common: Partial<Conversation> = { frame: frame++, timeUs, server, transport: 'icmp', protocol: UNKNOWN };
  const ports = { clientPort: 0, serverPort: 0, firstUs: timeUs, lastUs: timeUs };
  rehearsal.conversation({ ...common, ...ports, phase: 'opened', isAnswered: false });
  rehearsal.trait({ host: 1, trait: 'echo-request', frame: common.frame!, timeUs });
  if (isAnswered) rehearsal.conversation({ ...common, ...ports, phase: 'answered' });
}

export function times(count: number, what: (index: number) => void): void {
  for (let index = 0; index < count; index++) what(index);
}

/** Ticks of every five seconds. */
export function pass(rehearsal: Rehearsal, fromUs: number, untilUs: number): void {
  for (let timeUs = fromUs; timeUs <= untilUs; timeUs += 5 * SECOND) rehearsal.tick(timeUs);
}
