// For tests of incidents: alerts made by hand, a letter for a host and minutes for times.
import type { Alert, AlertParty } from '../facts/alert.ts';
import { identifier } from '../assets/identifier.ts';

const MINUTE_US = 60_000_000;

export function exampleHost(letter: string, unit: number | null = null): AlertParty {
  const number = letter.charCodeAt(0) - 64;
  return { asset: `asset-${letter}`, segment: 'default', ip: `192.0.2.${number}`, mac: null, port: null, unit };
}

/** `exampleAlert('pivot-hunter/port-scan', 'A', 'B', 5)`: A did it to B five minutes in. `doer` '' : nobody is named. */
export function incidentAlert(
  kind: string,
  doer: string,
  subject: string,
  minute: number,
  change: Partial<Alert> = {},
): Alert {
  const timeUs = minute * MINUTE_US;
  return {
    id: identifier(kind, doer, subject, minute, change.object ?? ''),
    kind,
    module: kind.slice(0, kind.indexOf('/')),
    severity: 'medium',
    title: kind.slice(kind.indexOf('/') + 1),
    explanation: '',
    advice: '',
    subject: exampleHost(subject),
    peer: doer === '' ? null : exampleHost(doer),
    object: '',
    firstUs: timeUs,
    lastUs: change.firstUs ?? timeUs,
    count: 1,
    techniques: ['T0855'],
    frames: [],
    framesOmitted: 0,
    incident: null,
    ...change,
  };
}
