// What asset-lens can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const IDENTITY_CHANGED: AlertKind = {
  kind: 'asset-lens/identity-changed',
  title: 'A device now says it is another one',
  severity: 'high',
  why: 'Vendor, model or serial number of a device do not change by themselves: it was replaced, or something else answers in its place.',
  advice:
    'Ask whether the device was replaced. If not, go and look at it, and check the switch port and the address table for a second device.',
  falsePositives: [
    'A planned replacement.',
    'An address that is used by another device after a change of the network.',
    'A load balancer or a port forwarding with several devices behind it.',
  ],
  techniques: ['T0830', 'T0849'],
  quietSeconds: 3600,
};

export const FIRMWARE_CHANGED: AlertKind = {
  kind: 'asset-lens/firmware-changed',
  title: 'Firmware of a device changed',
  severity: 'medium',
  why: 'The device reports another firmware or hardware version than before: it was updated, downgraded or replaced.',
  advice: 'Ask whether an update was planned, and compare the version with the approved one.',
  falsePositives: ['A planned update.'],
  techniques: ['T0857'],
  quietSeconds: 3600,
};
