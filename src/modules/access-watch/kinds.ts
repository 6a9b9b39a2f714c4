// What access-watch can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const BRUTE_FORCE: AlertKind = {
  kind: 'access-watch/brute-force',
  title: 'Somebody guesses passwords of a device',
  severity: 'high',
  why: 'One host was refused by one server again and again, with different passwords or users: faster or longer than people mistype.',
  advice:
    'Find out what runs on the host that tried, and cut it off if nobody knows. Look through the log of the server for a login that was accepted.',
  falsePositives: [
    'A scan of the owner’s own security team.',
    'A program with an outdated password, where the protocol does not show that it is always the same one.',
  ],
  techniques: ['T0859', 'T0886'],
  quietSeconds: 3600,
};

export const SPRAYING: AlertKind = {
  kind: 'access-watch/password-spraying',
  title: 'Somebody tries a few passwords on many devices or users',
  severity: 'high',
  why: 'A few tries each over many servers or many users stay below the limit at which an account is locked: the way to look for the one with a bad password.',
  advice:
    'Find out what runs on the host that tried. Look for accepted logins of that host, and change default passwords of the devices it tried.',
  falsePositives: [
    'A management program that still has the old password after it was changed on many devices.',
    'A gateway that hands on the logins of many people, while its directory refuses everybody.',
  ],
  techniques: ['T0812', 'T0859'],
  quietSeconds: 3600,
};

export const SUCCESS: AlertKind = {
  kind: 'access-watch/success-after-failures',
  title: 'A login was accepted after many were refused',
  severity: 'high',
  why: 'A password that is found in the end looks like this: the same host was refused several times with other passwords or users, then let in.',
  advice:
    'Ask whoever the user is whether it was them. If not: end the session, change the password, and look at what was done since.',
  falsePositives: ['A person who had forgotten which password it is.'],
  techniques: ['T0859', 'T0886'],
  quietSeconds: 3600,
};

export const OUTDATED: AlertKind = {
  kind: 'access-watch/outdated-password',
  title: 'A program keeps being refused with one and the same password',
  severity: 'low',
  why: 'The same user and password are refused again and again: nobody guesses so. A program has an outdated password, and does not do its work.',
  advice: 'Give the program the password that is valid now, or switch it off; it may lock the account.',
  falsePositives: ['An account that is locked or switched off on purpose.'],
  techniques: [],
  quietSeconds: 86_400,
};
