// What process-guard can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

function kind(name: string, rest: Omit<AlertKind, 'kind'>): AlertKind {
  return { kind: `process-guard/${name}`, ...rest };
}

const RARE = 'An operator or a recipe that writes this point seldom: once in a shift or a week.';

export const KINDS = {
  writeToReadOnlyPoint: kind('write-to-read-only-point', {
    title: 'Write to a point that is only ever read',
    severity: 'high',
    why: 'The point was read over and over and never written: trip limits, calibrations and measured values are like that. Who changes one changes what the process does or what people see of it.',
    advice:
      'Ask the operators whether they changed this point. Compare its value with the approved one, and put it back if nobody did.',
    falsePositives: [RARE, 'Commissioning, or a change by an engineer.'],
    techniques: ['T0836', 'T0831', 'T0855'],
    quietSeconds: 3600,
  }),
  valueOutOfRange: kind('value-out-of-range', {
    title: 'Value written outside the range seen so far',
    severity: 'medium',
    why: 'A setpoint beyond all that was ever seen can drive a process out of its safe bounds.',
    advice: 'Ask who set the value and whether the process can bear it; put it back if nobody knows.',
    falsePositives: [
      RARE,
      'A new product or recipe.',
      'A counter or a time of day that is written and goes on rising.',
    ],
    techniques: ['T0836', 'T0831'],
    quietSeconds: 3600,
  }),
  stepTooLarge: kind('step-too-large', {
    title: 'Value written in a larger step than seen so far',
    severity: 'low',
    why: 'Sudden large changes strain machines, even between values that are both normal.',
    advice: 'Ask who set the value, and whether the change should have been slower.',
    falsePositives: ['The start or the end of a batch.', RARE],
    techniques: ['T0836', 'T0831'],
    quietSeconds: 3600,
  }),
  pointSweep: kind('point-sweep', {
    title: 'Many points written that are never written',
    severity: 'high',
    why: 'One client writes one unusual point after another: it tries out what they do, or overwrites the settings of the device.',
    advice: 'Find out who runs the sender and stop it. Compare all settings of the device with the approved ones.',
    falsePositives: ['The first download of a recipe or a configuration.', 'Commissioning.'],
    techniques: ['T0806', 'T0836', 'T0855'],
    quietSeconds: 600,
  }),
  oscillatingWrites: kind('oscillating-writes', {
    title: 'Point written up and down, over and over',
    severity: 'medium',
    why: 'Valves, pumps and breakers that are switched to and fro wear out or fail, and the process swings with them.',
    advice: 'Look at what the point moves and stop the client that writes it; then find out why it does.',
    falsePositives: ['A control loop that is being tuned.', 'A test of a device.'],
    techniques: ['T0806', 'T0831'],
    quietSeconds: 600,
  }),
} as const;
