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

export const IT_SPEAKS_INDUSTRIAL: AlertKind = {
  kind: 'conduit-keeper/it-speaks-industrial',
  title: 'A computer of the office speaks an industrial protocol',
  severity: 'high',
  why: 'Controllers do what they are asked to, whoever asks. From the office they should be out of reach: its computers read mail and web pages, and are taken over first.',
  advice:
    'Find out which program on the computer does so. Close the way in the firewall between the networks; what the office needs to know, a server in between can offer.',
  falsePositives: [
    'A plant whose operators’ computers also have access to the Internet.',
    'A historian or a gateway to the cloud that was meant to do so.',
  ],
  techniques: ['T0866', 'T0886'],
  quietSeconds: 86_400,
};

export const LEVEL_SKIPPED: AlertKind = {
  kind: 'conduit-keeper/level-skipped',
  title: 'A connection leads from the office to the control level directly',
  severity: 'medium',
  why: 'Between office and control level there should be a zone where each connection ends. One that goes through carries whatever the other end sends.',
  advice: 'Ask who needs it. Let both ends meet at a server in a zone in between, and close the direct way.',
  falsePositives: ['Updates or the management of computers, where the policy lets them pass.'],
  techniques: ['T0886'],
  quietSeconds: 86_400,
};

export const TO_INTERNET: AlertKind = {
  kind: 'conduit-keeper/control-to-internet',
  title: 'A device of the control level turns to the Internet',
  severity: 'high',
  why: 'What can reach the Internet can be steered from there, and can carry away what it knows. Few devices of a plant need it.',
  advice:
    'Find out what the device wants there: updates, time, a cloud service, or something nobody installed. Close the way if nobody needs it.',
  falsePositives: [
    'A cloud service or update server that was meant to be used.',
    'A server for time or names outside.',
  ],
  techniques: ['T0883', 'T0869'],
  quietSeconds: 86_400,
};

export const FROM_INTERNET: AlertKind = {
  kind: 'conduit-keeper/internet-to-control',
  title: 'A device of the control level answers the Internet',
  severity: 'critical',
  why: 'Everybody in the world can reach it, and search engines list such devices.',
  advice:
    'Close the way in the firewall now. Then look what was asked of the device, and whether its program is still yours.',
  falsePositives: ['A device set out on purpose for others to attack (a honeypot).', 'A partner with fixed addresses.'],
  techniques: ['T0883', 'T0822'],
  quietSeconds: 86_400,
};

export const NEW_PATH: AlertKind = {
  kind: 'conduit-keeper/new-path',
  title: 'Traffic between two networks by a way that was never used',
  severity: 'medium',
  why: 'Which networks speak with which, and by what, hardly changes in a plant. A new way is a change nobody told of, or somebody who moves on.',
  advice: 'Ask who needs this. Write down what may pass with 1sec policy infer, and close the rest.',
  falsePositives: ['A new service or device.', 'Work that is done once a month.'],
  techniques: ['T0886', 'T0867'],
  quietSeconds: 86_400,
};

export const PAST_JUMP_HOST: AlertKind = {
  kind: 'conduit-keeper/past-jump-host',
  title: 'A remote session into the control level not by way of the jump host',
  severity: 'high',
  why: 'The jump host is where remote work is checked and recorded. Who comes another way has found a hole, or goes around on purpose.',
  advice: 'End the session and ask who it was. Let the firewall pass remote sessions from the jump host only.',
  falsePositives: ['A jump host or an engineering station that 1sec.yaml does not name.'],
  techniques: ['T0886', 'T0822'],
  quietSeconds: 86_400,
};

export const CONTROLLER_ASKS_OUTWARD: AlertKind = {
  kind: 'conduit-keeper/controller-asks-outward',
  title: 'A controller asks for names or uses a web proxy',
  severity: 'low',
  why: 'A controller knows its partners by address. Asking a name server for names of the world, or a proxy for a connection, is how programs find their way out.',
  advice: 'Look which service of the device asks (time, mail, cloud, updates), and switch off what nobody needs.',
  falsePositives: ['A service for time or mail that is set up by name.', 'A computer that plays a controller.'],
  techniques: ['T0884', 'T0869'],
  quietSeconds: 86_400,
};

export const UNUSUAL_CLOUD: AlertKind = {
  kind: 'conduit-keeper/unusual-cloud',
  title: 'A device turns to a service on the Internet it never used',
  severity: 'low',
  why: 'Devices ask for the same few names of their vendor for all their life. Another one is an update by the vendor, or a program that does not belong there.',
  advice: 'Look whom the domain belongs to. If it is not the vendor, cut the device off and look what runs on it.',
  falsePositives: ['A new version of the device’s software.', 'A service that is used once a month.'],
  techniques: ['T0869', 'T0883'],
  quietSeconds: 86_400,
};

export const KINDS: readonly AlertKind[] = [
  CONDUIT_VIOLATED,
  DEVICE_IN_TWO_ZONES,
  IT_SPEAKS_INDUSTRIAL,
  LEVEL_SKIPPED,
  TO_INTERNET,
  FROM_INTERNET,
  NEW_PATH,
  PAST_JUMP_HOST,
  CONTROLLER_ASKS_OUTWARD,
  UNUSUAL_CLOUD,
];
