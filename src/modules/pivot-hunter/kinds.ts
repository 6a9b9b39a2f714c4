// What pivot-hunter can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

const SCANNER = 'A scanner of your own, or an inventory tool: exclude its address in 1sec.yaml, or announce its runs.';

function kind(name: string, rest: Omit<AlertKind, 'kind'>): AlertKind {
  return { kind: `pivot-hunter/${name}`, ...rest };
}

export const ADDRESS_SCAN = kind('address-scan', {
  title: 'A host looks for other hosts',
  severity: 'medium',
  why: 'Trying one address after another finds out what is there: how an attacker, or a worm, begins in a network it does not know.',
  advice:
    'Find out who runs the host. If nobody planned it, cut it off and look at what it did to the hosts that answered.',
  falsePositives: [SCANNER, 'A client whose servers have all moved to other addresses.'],
  techniques: ['T0846', 'T0840'],
  quietSeconds: 3600,
});

export const PORT_SCAN = kind('port-scan', {
  title: 'A host looks for the services of another',
  severity: 'medium',
  why: 'Trying one port after another finds out what can be attacked; some controllers do not survive it.',
  advice: 'Find out who runs the host that asks, and whether the device that was asked still works.',
  falsePositives: [SCANNER, 'A program that looks for its service on a range of ports.'],
  techniques: ['T0846', 'T0840'],
  quietSeconds: 3600,
});

export const DISTRIBUTED_SCAN = kind('distributed-scan', {
  title: 'Several hosts together look for the services of one',
  severity: 'medium',
  why: 'Ports that are shared out among several hosts keep each of them below every threshold: nobody does that by accident.',
  advice: 'Look at what the hosts that ask have in common: they are probably in the same hands.',
  falsePositives: ['A device whose services are down while many clients look for different ones.', SCANNER],
  techniques: ['T0846', 'T0840'],
  quietSeconds: 3600,
});
