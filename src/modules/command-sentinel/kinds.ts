// What command-sentinel can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

const ENGINEERING = "Planned work by an engineer or integrator with the vendor's tool.";

function kind(name: string, rest: Omit<AlertKind, 'kind'>): AlertKind {
  return { kind: `command-sentinel/${name}`, ...rest };
}

export const KINDS = {
  controllerStop: kind('controller-stop', {
    title: 'Controller told to stop',
    severity: 'critical',
    why: 'A stopped controller no longer runs its program: outputs freeze or fall to their safe state and the process is no longer controlled.',
    advice:
      'Ask the control room whether the process still runs as it should and who sent the stop. If nobody did, isolate the sender, then restart the controller from its own front or its engineering station.',
    falsePositives: [ENGINEERING, 'A stop before a planned program download.'],
    techniques: ['T0858', 'T0881', 'T0855'],
    quietSeconds: 300,
  }),
  controllerStart: kind('controller-start', {
    title: 'Controller told to start',
    severity: 'high',
    why: 'Starting a controller sets its program and its outputs going; after a stop or a download by an attacker it is what makes the change take effect.',
    advice:
      'Find out who started it and whether a stop or a program download came before. Make sure nobody works on the machine.',
    falsePositives: [ENGINEERING, 'The start after a planned stop.'],
    techniques: ['T0858', 'T0855'],
    quietSeconds: 300,
  }),
  controllerRestart: kind('controller-restart', {
    title: 'Controller or its communication restarted',
    severity: 'high',
    why: 'A restart interrupts control or view for seconds to minutes; repeated, it keeps a device out of service.',
    advice:
      'Ask who restarted the device. If it repeats, block the sender and check that the device came back with its program and settings.',
    falsePositives: [ENGINEERING, 'A test tool that goes through the diagnostic functions.'],
    techniques: ['T0816', 'T0814'],
    quietSeconds: 300,
  }),
  listenOnlyMode: kind('listen-only-mode', {
    title: 'Device told to stop answering',
    severity: 'high',
    why: 'In listen-only mode a device carries out nothing and answers nothing until its communication is restarted: view and control are lost.',
    advice:
      'Check that the device still answers its masters; if not, restart its communication. Find out who sent the command: it has no use in normal operation.',
    falsePositives: ['A conformance test of the device.'],
    techniques: ['T0814', 'T0815'],
    quietSeconds: 300,
  }),
  countersCleared: kind('counters-cleared', {
    title: 'Diagnostic counters or logs cleared',
    severity: 'low',
    why: 'Cleared counters and logs take away the traces of errors and of what was done before.',
    advice: 'Ask whether maintenance cleared them. If not, look at what the same sender did before.',
    falsePositives: ['Maintenance of a serial line.', 'A test tool that goes through the diagnostic functions.'],
    techniques: ['T0872'],
    quietSeconds: 600,
  }),
  modeChanged: kind('mode-changed', {
    title: 'Operating mode of a controller changed',
    severity: 'high',
    why: 'Program, test or remote mode opens a controller for changes that run mode refuses.',
    advice: 'Ask who changed the mode and why; put it back, and turn the key switch to run where there is one.',
    falsePositives: [ENGINEERING],
    techniques: ['T0858'],
    quietSeconds: 300,
  }),
  programDownload: kind('program-download', {
    title: 'Program written to a controller',
    severity: 'critical',
    why: 'Whoever loads a program decides what the controller does from now on.',
    advice:
      'Confirm with the person in charge of the program. If nobody planned it, keep the controller from starting, read its program back and compare it with the last approved copy.',
    falsePositives: [ENGINEERING],
    techniques: ['T0843', 'T0889'],
    quietSeconds: 600,
  }),
  programUpload: kind('program-upload', {
    title: 'Program read out of a controller',
    severity: 'high',
    why: 'The program tells an attacker how the process works and where it can be hurt; reading it is the step before changing it.',
    advice:
      'Ask whether it was a planned backup or comparison. If not, treat the program as known to others and watch for a download.',
    falsePositives: [ENGINEERING, 'A backup system that reads programs at fixed times.'],
    techniques: ['T0845'],
    quietSeconds: 600,
  }),
  firmwareDownload: kind('firmware-download', {
    title: 'Firmware written to a device',
    severity: 'critical',
    why: 'Changed firmware can hide, survive every program check, or make the device unusable for good.',
    advice:
      "Confirm with the person in charge. If nobody planned it, do not restart the device and compare its firmware with the vendor's.",
    falsePositives: ['A planned firmware update.'],
    techniques: ['T0857', 'T0839'],
    quietSeconds: 600,
  }),
  reservationTaken: kind('reservation-taken', {
    title: 'Controller reserved for changes',
    severity: 'medium',
    why: 'A reservation gives one host the sole right to change the controller: it comes before a stop, a download or a mode change, and locks others out.',
    advice: 'Find out whether the sender is an engineering station with planned work. Look at what it did next.',
    falsePositives: [ENGINEERING],
    techniques: ['T0858', 'T0843'],
    quietSeconds: 600,
  }),
  broadcastWrite: kind('broadcast-write', {
    title: 'Write to all devices at once',
    severity: 'high',
    why: 'A broadcast changes every device on the line at once and none of them confirms or refuses it.',
    advice:
      'Find out whether the master really uses broadcasts (time setting, common set points). If not, check every device behind this address.',
    falsePositives: ['A master that sets clocks or common set points by broadcast.'],
    techniques: ['T0855', 'T0806'],
    quietSeconds: 300,
  }),
  unitSweep: kind('unit-sweep', {
    title: 'Search for devices behind a gateway',
    severity: 'medium',
    why: 'Asking one unit id after another finds out which devices stand behind a gateway: reconnaissance before an attack.',
    advice: 'Find out who runs the sender. Scanners of your own should be announced; anything else should be cut off.',
    falsePositives: [
      'A serial line that is down while its master goes on asking all its devices.',
      'A commissioning tool that searches for devices.',
    ],
    techniques: ['T0846', 'T0888'],
    quietSeconds: 900,
  }),
  functionSweep: kind('function-sweep', {
    title: 'Search for functions a device offers',
    severity: 'high',
    why: 'Trying one function after another finds out what a device can be made to do, or feeds it inputs it may not survive.',
    advice: 'Find out who runs the sender: a scanner or a fuzzer has no place in a running plant.',
    falsePositives: ['A conformance test.', 'A commissioning tool that asks what a device supports.'],
    techniques: ['T0888', 'T0846'],
    quietSeconds: 900,
  }),
  objectSweep: kind('object-sweep', {
    title: 'Search for the points of a device',
    severity: 'medium',
    why: 'Asking for one register, point or block after another finds out which ones a device has: how an attacker learns what to write to.',
    advice: 'Find out who runs the sender. A client in operation knows the points it wants.',
    falsePositives: [
      'A client configured for another device, so that most of its points are refused.',
      'A commissioning tool that searches for points.',
    ],
    techniques: ['T0861', 'T0888'],
    quietSeconds: 900,
  }),
  timeSet: kind('time-set', {
    title: 'Clock of a device set',
    severity: 'medium',
    why: 'A wrong clock spoils the order of events, schedules and certificates.',
    advice: 'Check that the sender is the time master and that the new time is right.',
    falsePositives: ['The time master of the plant.'],
    techniques: ['T0836'],
    quietSeconds: 3600,
  }),
  fileWrite: kind('file-write', {
    title: 'File written to a device',
    severity: 'high',
    why: 'Files on a controller hold recipes, settings, programs or firmware.',
    advice: 'Find out what the file is for and who wrote it; compare it with the approved copy.',
    falsePositives: [ENGINEERING, 'A recipe system that writes files or file records.'],
    techniques: ['T0836', 'T0843'],
    quietSeconds: 600,
  }),
  factoryReset: kind('factory-reset', {
    title: 'Device told to forget its settings',
    severity: 'critical',
    why: 'A device without its settings is out of service until somebody sets it up again.',
    advice:
      'Check whether the device still has its address, settings and program; restore them from the backup. Find the sender.',
    falsePositives: ['A device that is being set up or taken out of service.'],
    techniques: ['T0809', 'T0816'],
    quietSeconds: 300,
  }),
  force: kind('force', {
    title: 'Value forced',
    severity: 'high',
    why: 'A forced point keeps its value whatever the program or the sensor says; protection that depends on it no longer works.',
    advice: 'Ask who forced the point and for how long; remove the force when the work is done.',
    falsePositives: ['Commissioning or repair with forces that are written down.'],
    techniques: ['T0835', 'T0831'],
    quietSeconds: 600,
  }),
  deleted: kind('delete', {
    title: 'Something deleted on a device',
    severity: 'high',
    why: 'A deleted program block, file or record cannot be used to run or to restore the process.',
    advice: 'Find out what was deleted and by whom; restore it from the backup where it was needed.',
    falsePositives: [ENGINEERING],
    techniques: ['T0809'],
    quietSeconds: 600,
  }),
  alarmsSuppressed: kind('alarms-suppressed', {
    title: 'Alarms or reports switched off',
    severity: 'critical',
    why: 'Operators no longer see what goes wrong: the cover for an attack on the process itself.',
    advice: 'Switch alarms and reports on again and look at the process directly until you know who switched them off.',
    falsePositives: ['Alarms shelved during planned maintenance.', 'A master that sets reporting up when it connects.'],
    techniques: ['T0878'],
    quietSeconds: 300,
  }),
  newMaster: kind('new-master', {
    title: 'A host that never did so asks a controller',
    severity: 'medium',
    why: 'Controllers are asked by the same few hosts for years. A new one is a new installation, or somebody who looks around before doing harm.',
    advice:
      'Find out what the host is and who brought it. If it belongs there, declare it as a master; if not, take it off the network.',
    falsePositives: [
      'A new or replaced HMI, historian or engineering station.',
      'A host whose address changed.',
      ENGINEERING,
    ],
    techniques: ['T0848', 'T0888'],
    quietSeconds: 3600,
  }),
  unusualWriter: kind('unusual-writer', {
    title: 'Write from a host that never wrote to this device',
    severity: 'high',
    why: 'Who changes a controller is settled when a plant is built: an HMI, seldom more. A write from anywhere else changes the process behind the back of the operators.',
    advice:
      'Ask the operators and the engineers whether this host should write to the device, and check what it changed.',
    falsePositives: [
      'A new or replaced HMI.',
      'A recipe server or historian that was given write access.',
      ENGINEERING,
    ],
    techniques: ['T0855', 'T0836', 'T0848'],
    quietSeconds: 3600,
  }),
  unusualFunction: kind('unusual-function', {
    title: 'Function used that this client never uses here',
    severity: 'medium',
    why: 'Clients in operation use the same functions over and over. Another one means that the client was changed, or that somebody else uses it.',
    advice: 'Ask who works on the client, and whether its program or configuration was changed.',
    falsePositives: [
      'A screen or report of the client that is seldom opened.',
      'A new version of its program.',
      ENGINEERING,
    ],
    techniques: ['T0855', 'T0888'],
    quietSeconds: 3600,
  }),
} as const satisfies Record<string, AlertKind>;
