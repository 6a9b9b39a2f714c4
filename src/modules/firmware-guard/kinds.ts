// What firmware-guard can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const IMAGE_SENT: AlertKind = {
  kind: 'firmware-guard/image-sent',
  title: 'A firmware image was sent to a device',
  severity: 'low',
  why: 'Whoever changes the firmware of a device owns all that it does, and no restart removes it. Firmware is rarely changed, and then on a day that somebody planned.',
  advice:
    'Ask whether an update was planned. Compare the hash with the maker’s, and add the image to the known-good set: 1sec firmware add.',
  falsePositives: ['A planned update.', 'A device that fetches its image at every start from a server (TFTP boot).'],
  techniques: ['T0857', 'T0839'],
  quietSeconds: 3600,
};

export const IMAGE_UNKNOWN: AlertKind = {
  kind: 'firmware-guard/image-unknown',
  title: 'A firmware image that is not in the known-good set was sent to a device',
  severity: 'high',
  why: 'The set of known-good images is the list of what may run here. This image is not on it: a new version that nobody entered, or one that does not come from the maker.',
  advice: 'Keep the image (--spool), compare its hash with the maker’s, and do not let the device run it before that.',
  falsePositives: [
    'A new version of the maker that is not in the set yet.',
    'An image in another wrapping (compressed, in an archive) than the one in the set.',
  ],
  techniques: ['T0857', 'T0839'],
  quietSeconds: 3600,
};

export const IMAGE_ALTERED: AlertKind = {
  kind: 'firmware-guard/image-altered',
  title: 'A known firmware image was sent with parts changed',
  severity: 'critical',
  why: 'Most blocks are those of a known-good image, some are not: that is what an image looks like that somebody took apart, changed and put together again.',
  advice:
    'Treat the device as not to be trusted. Take the image from --spool, compare it (1sec firmware diff), and install the maker’s own.',
  falsePositives: [
    'Settings, a serial number or a licence that the maker’s tool writes into the image.',
    'A neighbouring version that the maker changed in few places and that is not in the set.',
  ],
  techniques: ['T0857', 'T0839', 'T0873'],
  quietSeconds: 3600,
};

export const IMAGE_INCOMPLETE: AlertKind = {
  kind: 'firmware-guard/image-incomplete',
  title: 'A firmware image did not arrive as a whole',
  severity: 'medium',
  why: 'Part of an image is missing: the transfer was broken off, or the capture lost packets. A device that got half an image may not start again.',
  advice:
    'Find out whether the device still answers and which version it reports. If the capture lost packets, judge the transfer by the device’s own log.',
  falsePositives: ['Packets that the mirror port lost.', 'A capture that begins or ends within the transfer.'],
  techniques: ['T0857'],
  quietSeconds: 3600,
};

export const DOWNGRADE: AlertKind = {
  kind: 'firmware-guard/downgrade',
  title: 'A device gets or reports an older firmware than before',
  severity: 'high',
  why: 'Old versions have the holes that the new one closed. Going back is a usual step before an attack on one of them.',
  advice: 'Ask whether somebody went back on purpose. If not, find who did, and install the current version.',
  falsePositives: [
    'Going back after an update that failed.',
    'A spare device with an older version at the same address.',
  ],
  techniques: ['T0857', 'T0800'],
  quietSeconds: 3600,
};

export const VERSION_CHANGED: AlertKind = {
  kind: 'firmware-guard/version-changed-unseen',
  title: 'A device reports another firmware, and no image was seen on its way',
  severity: 'medium',
  why: 'The version changed between two readings, and no transfer to the device was seen: it was updated by another way (USB, a laptop at the device), replaced, or something else answers in its place.',
  advice: 'Ask who changed it and how. Look at the device’s serial number: another one means another device.',
  falsePositives: [
    'The update took a way that the sensor does not see or an encrypted one.',
    'The device was replaced by a spare.',
  ],
  techniques: ['T0857', 'T0839'],
  quietSeconds: 3600,
};

export const VERSION_UNCHANGED: AlertKind = {
  kind: 'firmware-guard/version-unchanged',
  title: 'A device got an image and still reports the version from before',
  severity: 'low',
  why: 'An image was sent as a whole, yet the version is the same: the update failed, it waits for a restart, or the image changed something without changing the version.',
  advice: 'Look whether the device took the image. If it did, compare its hash with the maker’s.',
  falsePositives: ['An update that waits for a restart.', 'The same version installed again.'],
  techniques: ['T0857'],
  quietSeconds: 3600,
};

export const UNUSUAL_CARRIER: AlertKind = {
  kind: 'firmware-guard/unusual-carrier',
  title: 'Firmware came by a way that never carried any',
  severity: 'high',
  why: 'This topic or pair of devices carried other content many times before, and now an image. Updates have their own way; another one is a sign of somebody who uses what happens to be open.',
  advice: 'Find out who sent it, and who may publish to this topic or write to this share.',
  falsePositives: ['The first update since the sensor listens.'],
  techniques: ['T0857', 'T0839'],
  quietSeconds: 3600,
};

export const UPDATE_MODE: AlertKind = {
  kind: 'firmware-guard/update-mode',
  title: 'A device was put into update mode',
  severity: 'medium',
  why: 'In update mode a device stops doing its work and takes whatever image comes. It can be left there on purpose.',
  advice:
    'Ask whether an update is planned. If not, find who asked for it, and look whether the device is back at work.',
  falsePositives: ['A planned update.'],
  techniques: ['T0800'],
  quietSeconds: 3600,
};

export const SAME_IMAGE: AlertKind = {
  kind: 'firmware-guard/same-image',
  title: 'One image was sent to several devices',
  severity: 'low',
  why: 'The same image reached several devices: a roll-out, or an attack that spreads in the same way.',
  advice: 'Ask whether a roll-out is planned. If the image is not known-good, stop it at the sender.',
  falsePositives: ['A planned roll-out.'],
  techniques: ['T0857'],
  quietSeconds: 3600,
};

export const DOES_NOT_FIT: AlertKind = {
  kind: 'firmware-guard/image-does-not-fit',
  title: 'A firmware image does not fit the device',
  severity: 'high',
  why: 'The image is for another maker or another processor than the device. It was sent by mistake, or it is no update at all.',
  advice: 'Stop the update. Look whether the device still works; find out who chose the image.',
  falsePositives: [
    'A device sold under another maker’s name.',
    'A device with two processors that gets an image for each.',
  ],
  techniques: ['T0857', 'T0839'],
  quietSeconds: 3600,
};

export const SECRETS_INSIDE: AlertKind = {
  kind: 'firmware-guard/secrets-inside',
  title: 'A firmware image holds private keys or default credentials',
  severity: 'medium',
  why: 'Whoever has the image has the key or the password of every device that runs it. It passed here where it can be read.',
  advice: 'Ask the maker for an image without them. Change passwords and keys on the devices where that is possible.',
  falsePositives: ['A key of an example or a test that no service uses.'],
  techniques: ['T0812', 'T0891'],
  quietSeconds: 3600,
};

export const KINDS: readonly AlertKind[] = [
  IMAGE_SENT,
  IMAGE_UNKNOWN,
  IMAGE_ALTERED,
  IMAGE_INCOMPLETE,
  DOWNGRADE,
  VERSION_CHANGED,
  VERSION_UNCHANGED,
  UNUSUAL_CARRIER,
  UPDATE_MODE,
  SAME_IMAGE,
  DOES_NOT_FIT,
  SECRETS_INSIDE,
];
