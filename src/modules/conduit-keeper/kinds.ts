// What conduit-keeper can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const CONDUIT_VIOLATED: AlertKind = {
  kind: 'conduit-keeper/conduit-violated',
  title: 'Traffic between zones that no conduit allows',
  severity: 'medium',
  why: 'The policy names what may pass between two zones. What else passes is a way that nobody planned: a mistake in the network, a forgotten connection, or an intruder who moves on.',
  advice:
    'Ask who needs this. If nobody does, close it in the firewall or switch between the zones; if somebody does, add the conduit to the policy.',
  falsePositives: ['A policy that is older than a planned change.', 'A policy inferred from too short a capture.'],
  techniques: ['T0886', 'T0885'],
  quietSeconds: 3600,
};

export const DEVICE_IN_TWO_ZONES: AlertKind = {
  kind: 'conduit-keeper/device-in-two-zones',
  title: 'A device stands in two zones',
  severity: 'medium',
  why: 'A device with a foot in two zones is a way around every conduit between them: who takes it over is in both.',
  advice:
    'Find out whether the second connection is wanted. If not, unplug it; if so, give the device a zone of its own.',
  falsePositives: [
    'A firewall or router that also offers a service of its own in both zones.',
    'A device that was moved.',
  ],
  techniques: ['T0886'],
  quietSeconds: 86_400,
};

export const KINDS: readonly AlertKind[] = [CONDUIT_VIOLATED, DEVICE_IN_TWO_ZONES];
