// What access-watch can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const BRUTE_FORCE: AlertKind = {
  kind: 'access-watch/brute-force',
  title: 'Somebody guesses passwords of a device',
  severity: 'high',
  why: 'One host, or several that the server does not know, were refused by one server again and again, with different passwords or users: faster or longer than people mistype.',
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

export const REMOTE_SESSION: AlertKind = {
  kind: 'access-watch/remote-session-to-control',
  title: 'A remote session into the control level',
  severity: 'high',
  why: 'Somebody works from elsewhere on a device that controls the plant or shows it (SSH, Telnet, VNC, RDP, Windows Remote Management): the way in which attackers move on from an office computer.',
  advice:
    'Ask who works on the device. Let such sessions start from one jump host only, and name engineering stations in 1sec.yaml.',
  falsePositives: ['Planned maintenance.', 'A jump host or an engineering station that is rarely used.'],
  techniques: ['T0886', 'T0822'],
  quietSeconds: 86_400,
};

export const REMOTE_TOOL: AlertKind = {
  kind: 'access-watch/remote-support-tool',
  title: 'A tool for remote support is used',
  severity: 'medium',
  why: 'With such a tool (TeamViewer, AnyDesk …) somebody outside works on the computer, past the firewall. Vendors use them for service, and attackers because nobody wonders.',
  advice:
    'Ask whether the service was ordered, and by whom. Remove the tool from computers of the control level that do not need it.',
  falsePositives: ['Service that was ordered.', 'A visit to the web site of the tool’s vendor.'],
  techniques: ['T0822', 'T0886'],
  quietSeconds: 86_400,
};

export const TUNNEL: AlertKind = {
  kind: 'access-watch/tunnel',
  title: 'Data passes inside something else',
  severity: 'medium',
  why: 'Names in DNS, pings, a web proxy or an SSH session carry other traffic: past a filter, and past who watches.',
  advice:
    'Find the program on the host that does so. Let hosts of the plant ask only the site’s own name server, and a proxy only lead to web sites.',
  falsePositives: [
    'A security product or a content network that keeps data in names.',
    'A test of the network with pings of different sizes.',
    'A proxy through which an approved program reaches its server.',
    'A host that administrators go through on purpose, to reach others behind it by SSH.',
  ],
  techniques: ['T0884', 'T0885'],
  quietSeconds: 86_400,
};

export const DISGUISED: AlertKind = {
  kind: 'access-watch/disguised-protocol',
  title: 'A protocol on the usual port of something else',
  severity: 'medium',
  why: 'An industrial protocol on the port of a web site, or a remote shell on the port of an industrial protocol, passes filters that go by ports.',
  advice: 'Ask who set the port. Let the filter look at the content, or move the service to its own port.',
  falsePositives: ['A gateway or forwarded port that was set up so on purpose.'],
  techniques: ['T0885', 'T0884'],
  quietSeconds: 86_400,
};

export const NEW_LOGIN: AlertKind = {
  kind: 'access-watch/new-login',
  title: 'A user or host that never logged in there before',
  severity: 'medium',
  why: 'For days the same few users logged in from the same hosts. Stolen credentials are used from elsewhere, or under another name.',
  advice: 'Ask the person whose user it is whether it was them.',
  falsePositives: ['A new colleague, or a new computer.', 'A computer that was given another address.'],
  techniques: ['T0859', 'T0886'],
  quietSeconds: 86_400,
};

export const ENGINEERING_LOGIN: AlertKind = {
  kind: 'access-watch/unusual-engineering-login',
  title: 'An unusual login to an engineering station or a safety device',
  severity: 'high',
  why: 'From an engineering station every controller can be changed, and a safety device is the last to hold the plant. Few people log in there, and they are known.',
  advice:
    'Ask at once who it was. If nobody knows, separate the station from the controllers and look for changed programs.',
  falsePositives: ['Planned work of somebody who seldom comes.'],
  techniques: ['T0859', 'T0886'],
  quietSeconds: 86_400,
};

export const UNUSUAL_HOUR: AlertKind = {
  kind: 'access-watch/unusual-hour',
  title: 'A login at an hour at which nobody ever logs in',
  severity: 'medium',
  why: 'For days all logins came at the same hours. Who has stolen credentials prefers hours when nobody watches.',
  advice: 'Ask the person whose user it is whether it was them.',
  falsePositives: ['Night work, such as the repair of a fault.', 'A program that runs once a month.'],
  techniques: ['T0859'],
  quietSeconds: 86_400,
};
