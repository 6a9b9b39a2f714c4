// What logic-watch can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

const ENGINEERING = "Planned work by an engineer or integrator with the vendor's tool.";

function kind(name: string, rest: Omit<AlertKind, 'kind'>): AlertKind {
  return { kind: `logic-watch/${name}`, ...rest };
}

export const PROGRAM_SENT = kind('program-sent', {
  title: 'What was loaded into a controller',
  severity: 'info',
  why: 'The parts of a program or the files that a controller was sent, with their size, hash and header: the record to compare with the approved copy.',
  advice: 'Compare the hashes with those of the approved program.',
  falsePositives: [ENGINEERING],
  techniques: ['T0843'],
  quietSeconds: 600,
});

export const PROGRAM_READ = kind('program-read', {
  title: 'What was read out of a controller',
  severity: 'info',
  why: 'The parts of a program or the files that a controller handed out: what the reader knows of the process from now on.',
  advice: 'Ask whether it was a planned backup or comparison.',
  falsePositives: [ENGINEERING, 'A backup system that reads programs at fixed times.'],
  techniques: ['T0845'],
  quietSeconds: 600,
});

export const PROGRAM_CHANGED = kind('program-changed', {
  title: 'Part of a control program was replaced by another one',
  severity: 'high',
  why: 'The controller was sent other code or data than it was known to hold: it does something else from now on.',
  advice:
    'Ask who changed it and what for. Read the part back, compare it with the approved copy, and keep both versions (--spool).',
  falsePositives: [ENGINEERING, 'A recipe or configuration that is loaded anew for every product.'],
  techniques: ['T0889', 'T0843'],
  quietSeconds: 600,
});

export const CHANGED_UNSEEN = kind('changed-unseen', {
  title: 'A controller holds another program than before, and no download was seen',
  severity: 'high',
  why: 'Two readings of the same part differ, and nobody loaded it over this network in between: it was changed by another way (a laptop at the device, a memory card), or something else answers in its place.',
  advice: 'Ask who worked on the controller, and how. Compare the part with the approved copy.',
  falsePositives: ['Work directly at the controller.', 'A download over a network that is not watched.'],
  techniques: ['T0889'],
  quietSeconds: 3600,
});

export const NOT_KNOWN_GOOD = kind('not-known-good', {
  title: 'A control program is not the one of the baseline',
  severity: 'critical',
  why: 'The baseline says which program this controller runs. What was loaded or read now is another one.',
  advice:
    'If the change was planned, learn the baseline anew. If not, load the approved program and find out who loaded this one.',
  falsePositives: ['A planned change after which the baseline was not learned anew.'],
  techniques: ['T0889', 'T0843'],
  quietSeconds: 3600,
});

export const PROGRAM_HIDDEN = kind('program-hidden', {
  title: 'A controller hands out another program than it was sent',
  severity: 'critical',
  why: 'What is read back is not what was loaded last. A controller or a host in between that shows a clean program while another one runs is how Stuxnet hid itself.',
  advice:
    'Do not trust what the engineering station shows. Read the program at the controller itself, by another station and cable, and compare it with the approved copy.',
  falsePositives: [
    'A download in between by a way that is not watched.',
    'A controller that stores a file in another form than it was sent.',
  ],
  techniques: ['T0873', 'T0856'],
  quietSeconds: 3600,
});

export const ONLINE_EDIT = kind('online-edit', {
  title: 'Program of a running controller changed',
  severity: 'high',
  why: 'The change takes effect at once, in the middle of the process, without a stop at which anybody looks at it.',
  advice: 'Ask who edits online and whether the change is written down. Watch the process it belongs to.',
  falsePositives: [ENGINEERING, 'Commissioning, during which edits of the running program are usual.'],
  techniques: ['T0889', 'T0843'],
  quietSeconds: 600,
});

export const MADE_PERMANENT = kind('made-permanent', {
  title: 'Program of a controller stored for good',
  severity: 'high',
  why: 'What was loaded is copied to memory that survives a restart: from now on power off and on does not bring the old program back.',
  advice: 'Find out what was loaded before, and whether it is the approved program.',
  falsePositives: [ENGINEERING],
  techniques: ['T0889'],
  quietSeconds: 600,
});

export const OTHER_HOST = kind('other-host', {
  title: 'Engineering from a host that is no engineering station',
  severity: 'critical',
  why: 'Programs are loaded and read by engineering stations. Another host that does so is a tool that was brought along, or a machine that somebody else uses.',
  advice:
    'Find out who uses the host. Cut it off unless the work is planned; compare the program of the controller with the approved copy.',
  falsePositives: ['A new engineering station or a visiting laptop that is not declared yet.'],
  techniques: ['T0843', 'T0845', 'T0848'],
  quietSeconds: 3600,
});

export const OUTSIDE_WINDOW = kind('outside-window', {
  title: 'Engineering outside the maintenance windows',
  severity: 'high',
  why: 'Work on programs is planned for certain times. At another time nobody expects it, and nobody looks.',
  advice: 'Ask whether somebody was called in. If the work is planned, declare the window in 1sec.yaml.',
  falsePositives: ['A repair that could not wait.', 'A backup system that reads programs at night.'],
  techniques: ['T0843', 'T0859'],
  quietSeconds: 3600,
});

export const PROJECT_FILE = kind('project-file', {
  title: 'Project of a control program moved between computers',
  severity: 'low',
  why: 'The project holds the program, the addresses and often the passwords of controllers. Whoever has it knows the plant; whoever changes it changes what is loaded next.',
  advice: 'Ask whether the two computers should exchange projects. Compare the file with the approved copy.',
  falsePositives: ['A file server or version system for projects.'],
  techniques: ['T0873', 'T0845'],
  quietSeconds: 3600,
});

export const KINDS: readonly AlertKind[] = [
  PROGRAM_SENT,
  PROGRAM_READ,
  PROGRAM_CHANGED,
  CHANGED_UNSEEN,
  NOT_KNOWN_GOOD,
  PROGRAM_HIDDEN,
  ONLINE_EDIT,
  MADE_PERMANENT,
  OTHER_HOST,
  OUTSIDE_WINDOW,
  PROJECT_FILE,
];
