// Weighs who sets a clock: in many protocols the master of a device does so cyclically, or when the device asks for it.
import { severityRank } from '../../alerts/severity.ts';
import { SEVERITIES, type Severity } from '../../facts/alert.ts';
import type { Site } from '../../facts/module.ts';
import type { Operation } from '../../facts/operation.ts';
import { ContextKind, functionWord } from '../../learning/contexts.ts';
import { countOf } from '../plain-words.ts';

/** Who set the clock so often before does it as part of its work. */
const SETTINGS_KNOWN_MIN = 3;
/** Requests that make a client a usual one, however little is known of others. */
const REQUESTS_USUAL_MIN = 100;

export interface Standing {
  readonly severity: Severity;
  /** Why, as a sentence; empty where nothing is known. */
  readonly reason: string;
}

/** `full`: the severity where nothing is known of the client. A usual one is low, a stranger one step graver. */
export function timeMasterStanding(site: Site, operation: Operation, full: Severity): Standing {
  const { hosts, intent } = site;
  const { novelty } = site.learning;
  const { client, server, unit, protocol } = operation;
  const name = hosts.address(client);
  const usual = severityRank(full) <= severityRank('low') ? 'info' : 'low';
  if (intent?.isMaster(client, server) === true) {
    return { severity: usual, reason: `1sec.yaml declares ${name} a master of this device.` };
  }
  const clients = novelty.findContext(ContextKind.clients, server, 0, 0);
  const asker = novelty.findSymbol(clients, client, 0);
  const isLearned = novelty.isLearned(clients);
  if (asker === 0) {
    if (!isLearned) return { severity: full, reason: '' };
    const others = countOf(novelty.distinct(clients), 'client');
    const graver = SEVERITIES[severityRank(full) + 1] ?? full;
    return { severity: graver, reason: `${name} is none of the ${others} that this device is known to have.` };
  }
  const word = functionWord(protocol, operation.function, operation.subfunction);
  const requests = novelty.findContext(ContextKind.requests, server, unit, 0);
  const settings = novelty.seen(novelty.findSymbol(requests, client, word));
  if (settings >= SETTINGS_KNOWN_MIN) {
    return { severity: usual, reason: `${name} is known to do so: it did ${countOf(settings, 'time')} before.` };
  }
  const asked = novelty.seen(asker);
  if (asked < REQUESTS_USUAL_MIN && !(isLearned && asked > 0)) return { severity: full, reason: '' };
  return {
    severity: usual,
    reason: `${name} is a usual client of this device, with ${countOf(asked, 'request')} before.`,
  };
}
