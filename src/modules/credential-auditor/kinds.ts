// What credential-auditor can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const DEFAULT_ACCEPTED: AlertKind = {
  kind: 'credential-auditor/default-credential',
  title: 'A device is open with the credential it was shipped with',
  severity: 'critical',
  why: 'User and password that a maker ships stand in manuals and in every list of attackers. Whoever reaches the device can do what the user may do.',
  advice: 'Change the password on the device now, and look through its log for others who used it.',
  falsePositives: ['A device that happens to accept every login, such as a test bench or a honeypot.'],
  techniques: ['T0812'],
  quietSeconds: 86_400,
};

export const HARD_CODED: AlertKind = {
  kind: 'credential-auditor/hard-coded-account',
  title: 'An account was used that the maker built in',
  severity: 'critical',
  why: 'Some devices have accounts for the maker’s service that no owner can change or switch off. Outside of service they are used by attackers.',
  advice:
    'Ask who did this. Keep the device behind a filter that lets only known hosts reach the service, and ask the maker for a firmware without the account.',
  falsePositives: ['The maker’s own service.'],
  techniques: ['T0891'],
  quietSeconds: 86_400,
};

export const WEAK: AlertKind = {
  kind: 'credential-auditor/weak-credential',
  title: 'A login with a password that is guessed first',
  severity: 'high',
  why: 'The password is empty, the same as the user, the name of the product, on the short list that is tried first everywhere, or one that some maker ships, at a device of another one.',
  advice:
    'Change the password. Where the protocol has no better one (SNMP 1 and 2c), allow it only from the hosts that need it.',
  falsePositives: ['A public account that is meant to be open and may only read.'],
  techniques: ['T0812', 'T0859'],
  quietSeconds: 86_400,
};

export const DEFAULT_TRIED: AlertKind = {
  kind: 'credential-auditor/default-credential-tried',
  title: 'Somebody tried default credentials',
  severity: 'low',
  why: 'The device refused a user and password from the lists of default credentials: somebody who does not know the password tries what may have been left.',
  advice: 'Find out who was at the host that tried, and look at what else it did.',
  falsePositives: [
    'A scan of the owner’s own security team.',
    'A tool whose settings are still those it was shipped with.',
  ],
  techniques: ['T0812'],
  quietSeconds: 3600,
};

export const ANONYMOUS: AlertKind = {
  kind: 'credential-auditor/anonymous-access',
  title: 'A device lets in who says no name',
  severity: 'medium',
  why: 'The service knows users and passwords, and was used without any: whoever reaches it can do the same.',
  advice: 'Switch anonymous access off, or limit what it may do and who may reach it.',
  falsePositives: ['A service that is meant to be public, such as a file server with manuals.'],
  techniques: ['T0812'],
  quietSeconds: 86_400,
};

export const CLEAR_TEXT: AlertKind = {
  kind: 'credential-auditor/clear-text-login',
  title: 'A password passed in clear',
  severity: 'low',
  why: 'Whoever hears the traffic between the two, as this program does, has the password.',
  advice: 'Use the protected form of the protocol (TLS, SSH, SNMPv3) where the device has one.',
  falsePositives: ['A tunnel that is opened before the place where this program listens.'],
  techniques: ['T0859'],
  quietSeconds: 86_400,
};

export const SAME_SECRET: AlertKind = {
  kind: 'credential-auditor/same-secret',
  title: 'Several devices have the same password',
  severity: 'medium',
  why: 'Who learns the password of one device has that of all. (The passwords were compared by a keyed hash in memory; they are not kept.)',
  advice: 'Give each device a password of its own, beginning with those that control something.',
  falsePositives: ['Devices that ask one directory (RADIUS, LDAP) and so share their users on purpose.'],
  techniques: ['T0859'],
  quietSeconds: 86_400,
};

export const CHANGED: AlertKind = {
  kind: 'credential-auditor/credential-changed',
  title: 'A user’s password is another one now',
  severity: 'info',
  why: 'The device accepted another password of the same user than before. An attacker who locks others out changes it as well.',
  advice: 'Ask whether the password was changed on purpose.',
  falsePositives: ['A planned change of passwords.'],
  techniques: ['T0892'],
  quietSeconds: 3600,
};
