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

export const NEW_DEVICE: AlertKind = {
  kind: 'asset-lens/new-device',
  title: 'A device that was never there before',
  severity: 'medium',
  why: 'The devices of a plant network are the same for years. A new one was brought by somebody: an engineer, a supplier, or an intruder.',
  advice: 'Find out what it is, who connected it and where. Take it off the network if nobody knows it.',
  falsePositives: [
    'A device that is switched on seldom.',
    'A laptop for maintenance.',
    'A replaced device, or one whose address changed.',
  ],
  techniques: ['T0864', 'T0848'],
  quietSeconds: 86_400,
};

export const ROLE_CHANGED: AlertKind = {
  kind: 'asset-lens/role-changed',
  title: 'A device changed sides between asking and answering',
  severity: 'high',
  why: 'A controller that only answered and now asks others may be misused as a foothold; a client that now answers offers something it did not.',
  advice: 'Ask whether the program or the configuration of the device was changed, and by whom.',
  falsePositives: ['A new function of a control program, such as controllers that exchange values.', 'A test tool.'],
  techniques: ['T0848', 'T0856'],
  quietSeconds: 86_400,
};

export const DEVICE_VANISHED: AlertKind = {
  kind: 'asset-lens/device-vanished',
  title: 'A device is silent, against its own rhythm',
  severity: 'medium',
  why: 'The device was heard all the time and is no longer: it failed, was switched off, unplugged, blocked or overloaded. View and control of what it does are lost.',
  advice:
    'Look whether the device runs and whether its cable and switch port do. If it was attacked before, treat it as such.',
  falsePositives: ['Planned work, or a machine that is switched off.', 'A change of the mirror port.'],
  techniques: ['T0814', 'T0826', 'T0815'],
  quietSeconds: 3600,
};
