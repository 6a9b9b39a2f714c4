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

export const ENUMERATION = kind('enumeration', {
  title: 'A host asks many devices who they are',
  severity: 'medium',
  why: 'Asking each device for its maker, model and firmware and for nothing else tells which known weaknesses fit: reconnaissance before an attack.',
  advice:
    'Find out who runs the host. An inventory tool of your own should be declared as an engineering station in 1sec.yaml.',
  falsePositives: [SCANNER, 'An engineering tool that looks at every device of a project once.'],
  techniques: ['T0888', 'T0846'],
  quietSeconds: 3600,
});

export const MOVEMENT_CHAIN = kind('movement-chain', {
  title: 'A way from host to host that ends at a controller',
  severity: 'high',
  why: 'Somebody came into a host and from there opened something that it never opened before, and so on up to a controller: how attackers cross from an office to a process.',
  advice:
    'Ask who worked on these hosts at that time. If nobody did, cut the first connection, then look at what the last host did to the controller.',
  falsePositives: [
    'Remote maintenance over a jump host, the first time it is seen.',
    'A new station that is set up from afar.',
  ],
  techniques: ['T0867', 'T0886'],
  quietSeconds: 3600,
});

export const MOVEMENT_STEP = kind('movement-step', {
  title: 'A session that was a step on a way to a controller',
  severity: 'medium',
  why: 'By itself it may be ordinary; what the host that it led to opened afterwards makes it a step of a way to a controller.',
  advice: 'Look at the whole way: the alert about its end names all of its steps.',
  falsePositives: ['Remote maintenance over a jump host, the first time it is seen.'],
  techniques: ['T0886', 'T0867'],
  quietSeconds: 3600,
});

export const REMOTE_EXECUTION = kind('remote-execution', {
  title: 'A host was made to run something from afar',
  severity: 'medium',
  why: 'A service, a task or a method that is created and started from afar runs a program with the highest rights: the usual way from one Windows host to the next.',
  advice:
    'Ask the administrators whether they deployed something. If not, isolate the host and look at what was started.',
  falsePositives: ['Deployment of software, inventory and monitoring of Windows hosts.'],
  techniques: ['T0866', 'T0886'],
  quietSeconds: 3600,
});

export const DROPPED_EXECUTABLE = kind('dropped-executable', {
  title: 'A program was put on a device of the control level',
  severity: 'medium',
  why: 'Programs are brought to control systems by planned deployment, or by somebody who wants to run them there.',
  advice:
    'Ask whether it was planned. If not, compare its hash with those of known programs and see whether it was started.',
  falsePositives: ['Software deployment, updates, backups of program folders.'],
  techniques: ['T0867'],
  quietSeconds: 3600,
});

export const UNKNOWN_CHANNEL = kind('unknown-channel', {
  title: 'A channel into a controller that nobody can read',
  severity: 'medium',
  why: 'Controllers do not open encrypted or unknown sessions to each other as a rule; shells and tools that attackers leave behind do.',
  advice: 'Find out what listens on that port. If nobody knows, isolate both devices and look at what runs on them.',
  falsePositives: ["A vendor's own protocol between controllers that this program does not know."],
  techniques: ['T0869', 'T0885'],
  quietSeconds: 3600,
});

export const HIDDEN_UPLOAD = kind('hidden-upload', {
  title: 'A large amount of data was pushed into a device, and nobody can see what',
  severity: 'medium',
  why: 'Tools, and what they start next, are brought to a device over the channel that was opened for them.',
  advice: 'Find out what listens on that port and what the device has been doing since.',
  falsePositives: ["A download of a project in a vendor's own protocol that this program does not know."],
  techniques: ['T0867', 'T0869'],
  quietSeconds: 3600,
});

export const SERVICE_APPEARED = kind('service-appeared', {
  title: 'A port that was closed opened while somebody had a session there',
  severity: 'high',
  why: 'A host tries a port, is refused, has a session with another service of the device, and then the port answers: what an exploit that opens a shell looks like.',
  advice: 'Isolate the device and find out what listens on that port. Look for what the session before it did.',
  falsePositives: ['A service that is started from afar by an administrator who waits for it.'],
  techniques: ['T0866', 'T0869'],
  quietSeconds: 3600,
});

export const BEACON = kind('beacon', {
  title: 'A host of the control level calls the outside at regular times',
  severity: 'medium',
  why: 'Programs that wait for orders call home at regular times with little to say.',
  advice: 'Find out which program does it. Control systems have no business on the internet.',
  falsePositives: ['Cloud services of the vendor, updates and licences, time and name services on ports of their own.'],
  techniques: ['T0869', 'T0885'],
  quietSeconds: 86_400,
});

export const EXFILTRATION = kind('exfiltration', {
  title: 'A host of the control level sends much to the outside',
  severity: 'medium',
  why: 'Projects, programs and process data are what attackers take from engineering stations and historians.',
  advice: 'Find out what was sent and who started it.',
  falsePositives: ['Backups, a data service of the vendor, a person who shares a file.'],
  techniques: ['T0811', 'T0882'],
  quietSeconds: 86_400,
});
