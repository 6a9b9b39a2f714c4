// Scenes that the tests of access-watch are made of: logins and sessions of hand-made hosts.
import type { Conversation, Login } from '../../facts/facts.ts';
import type { Rehearsal } from '../rehearsal.ts';

export const SECOND = 1_000_000;
export const HOUR = 3600 * SECOND;

/** A refused login at this second; the secret is shown only where one is given. */
export function refuse(rehearsal: Rehearsal, second: number, change: Partial<Login> = {}, secret?: string): void {
  const hash = secret === undefined ? {} : { keyedHash: () => secret };
  rehearsal.login({
    timeUs: 1 + second * SECOND,
    frame: 10 + second,
    protocol: 'ftp',
    outcome: 'refused',
    ...hash,
    ...change,
  });
}

/** So many tries at one account of host 2, one an hour, of hosts 10 to 15 in turn. */
export function besiege(rehearsal: Rehearsal, count: number): void {
  times(count, (index) => refuse(rehearsal, 3600 * index, { client: 10 + (index % 6), user: 'operator' }));
}

export function times(count: number, what: (index: number) => void): void {
  for (let index = 0; index < count; index++) what(index);
}

export const DAY = 24 * HOUR;
export const FIELDBUS = 0;
export const SHELL = 2;
export const WEB = 3;

/** Host 3 reads host 2 in the industrial protocol; that is what makes them part of the control level. */
export function fieldbus(rehearsal: Rehearsal, timeUs = 1): void {
  rehearsal.conversation({ phase: 'identified', timeUs, client: 3, protocol: FIELDBUS });
}

export function shell(rehearsal: Rehearsal, timeUs: number, change: Partial<Conversation> = {}): void {
  rehearsal.conversation({ phase: 'identified', timeUs, frame: 7, protocol: SHELL, serverPort: 22, ...change });
}

/** Pings of one size, answered with another. */
export function pings(rehearsal: Rehearsal, asked: number, answered: number, count: number): void {
  rehearsal.conversation({
    phase: 'closed',
    transport: 'icmp',
    protocol: -1,
    serverPort: 0,
    clientPackets: count,
    serverPackets: count,
    clientBytes: asked * count,
    serverBytes: answered * count,
    frames: [5, 6],
  });
}

/** So many datagrams of 100 bytes in each direction on the port of names, which nobody recognised. */
export function portOfNames(rehearsal: Rehearsal, count: number): void {
  rehearsal.conversation({
    phase: 'closed',
    transport: 'udp',
    protocol: -1,
    serverPort: 53,
    isAnswered: true,
    clientPackets: count,
    serverPackets: count,
    clientBytes: 100 * count,
    serverBytes: 100 * count,
    frames: [5, 6],
  });
}

/** Thirty days on which host 1 logs in at nine and host 3 at fourteen o'clock, as the same two users. */
export function month(rehearsal: Rehearsal): void {
  times(30, (day) => {
    accept(rehearsal, day * DAY + 9 * HOUR, { user: 'anna' });
    accept(rehearsal, day * DAY + 14 * HOUR, { client: 3, user: 'bert' });
  });
}

export function accept(rehearsal: Rehearsal, timeUs: number, change: Partial<Login> = {}): void {
  rehearsal.login({ timeUs, frame: 9, protocol: 'telnet', outcome: 'accepted', ...change });
}
