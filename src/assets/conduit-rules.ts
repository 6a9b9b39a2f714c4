// Answers whether conduits let something pass, and how much of a protocol an operation needs.
import { ACCESS_NAMES, type Access, type Conduit, type Passage } from '../facts/policy.ts';
import type { Conversation } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';
import { VERB_NAMES, Verb } from '../facts/verbs.ts';

const WRITES: readonly number[] = [
  Verb.write,
  Verb.select,
  Verb.operate,
  Verb.cancel,
  Verb['set-time'],
  Verb.force,
  Verb.delete,
  Verb.create,
  Verb.publish,
  Verb['suppress-alarm'],
  Verb['clear-log'],
  Verb.acknowledge,
];
const ENGINEERING: readonly number[] = [
  Verb.start,
  Verb.stop,
  Verb.restart,
  Verb['set-mode'],
  Verb['program-download'],
  Verb['program-upload'],
  Verb['store-program'],
  Verb['firmware-download'],
  Verb['file-write'],
  Verb.configure,
  Verb.reserve,
  Verb['listen-only'],
  Verb['factory-reset'],
];
/** By verb: index in ACCESS_NAMES. Who only connects, reads or is told needs the least. */
export const ACCESS_OF_VERB = Uint8Array.from(VERB_NAMES, (_name, verb) =>
  ENGINEERING.includes(verb) ? 2 : WRITES.includes(verb) ? 1 : 0,
);

/** `modbus`, or where no protocol was recognised `tcp/4840`, `icmp`, `ip/47`, `link/35020`. */
export function serviceOf({ protocol, transport, serverPort }: Conversation, protocols: readonly Protocol[]): string {
  return protocols[protocol]?.name ?? (transport === 'icmp' ? 'icmp' : `${transport}/${serverPort}`);
}

/** `tcp/502`; empty where the transport has no ports. */
export function portOf({ transport, serverPort }: Conversation): string {
  return transport === 'tcp' || transport === 'udp' ? `${transport}/${serverPort}` : '';
}

/** The conduit that lets it pass; null: none does. */
export function conduitFor(conduits: readonly Conduit[], from: string, to: string, passage: Passage): Conduit | null {
  return conduits.find((conduit) => conduit.from === from && conduit.to === to && letsPass(conduit, passage)) ?? null;
}

export function letsPass(conduit: Conduit, { service, port, access }: Passage): boolean {
  // What was not recognised is judged by its port.
  const isMeant = ['any', service].includes(conduit.protocol) || (port !== '' && conduit.protocol === port);
  if (!isMeant) return isUnrecognised(service) && conduit.ports.includes(service);
  if (port !== '' && conduit.ports.length > 0 && !conduit.ports.includes(port)) return false;
  return access === null || conduit.functions === null || rank(access) <= rank(conduit.functions);
}

/** A connection of which nothing was recognised is let pass where its port is a conduit's. */
function isUnrecognised(service: string): boolean {
  return service.startsWith('tcp/') || service.startsWith('udp/');
}

function rank(access: Access): number {
  return ACCESS_NAMES.indexOf(access);
}
