// Every word the dashboard says of its own, in one place: another language is another such file. What the network or the
// program says is not here. Sentences with something in them are functions, as other languages order it another way.
import type { Doing } from './plant.ts';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const texts = {
  any: 'any',
  map: {
    title: 'Map',
    summary: (devices: number, groups: number, lines: number): string =>
      `${plural(devices, 'device', 'devices')} in ${plural(groups, 'group', 'groups')}, ${plural(lines, 'line', 'lines')}.`,
    howSmall: 'Choose a device to see its lines alone; choose it again to see all.',
    howLarge: 'Choose a group to see its devices, and a device to see its lines alone.',
    omitted: (count: number): string => `${plural(count, 'line', 'lines')} more are not drawn.`,
    picture: 'Devices by level and zone, and what is done between them',
    levels: {
      5: '5 Enterprise',
      4: '4 Site',
      3: '3 Operations',
      2: '2 Supervision',
      1: '1 Control',
      0: '0 Process',
      unknown: 'level unknown',
    },
    doings: {
      remote: 'remote hands',
      engineering: 'engineering',
      write: 'write',
      read: 'read',
      talk: 'talk, nothing decoded',
    } satisfies Record<Doing, string>,
    shown: 'Show',
    protocol: 'Protocol',
    allProtocols: 'all',
    devices: (count: number): string => plural(count, 'device', 'devices'),
    worst: (severity: string): string => `worst alert ${severity}`,
    roleUnknown: 'role unknown',
    openGroup: (zone: string, level: string, devices: number): string =>
      `${zone}, ${level}, ${plural(devices, 'device', 'devices')}: show them`,
    closeGroup: (zone: string): string => `${zone}: show as one group`,
    line: (from: string, to: string, doings: string, protocols: string, count: number): string =>
      `${from} to ${to}: ${doings}; ${protocols}; ${plural(count, 'conversation', 'conversations')}`,
    unrecognised: 'not recognised',
    time: 'Time',
    from: 'From',
    until: 'Until',
    span: (from: string, until: string): string => `${from} to ${until} UTC`,
    wholeTime: 'the whole time',
    open: 'Open this device',
    linesOf: (name: string): string => `Lines of ${name}`,
    headings: ['from', 'to', 'what', 'protocols', 'conversations'],
    nothing: 'No device is known yet.',
  },
  operations: {
    title: 'Operations',
    about: 'Who asked whom for what, and what came of it. What changes most comes first.',
    headings: ['who', 'of whom', 'what', 'object', 'protocol', 'outcome', 'times', 'last (UTC)', 'alerts'],
    verb: 'Verb',
    outcome: 'Outcome',
    protocol: 'Protocol',
    access: 'Kind',
    accesses: { read: 'read', write: 'write', engineering: 'engineering' },
    outcomes: { ok: 'done', refused: 'refused', unanswered: 'unanswered' },
    unit: (unit: number): string => `unit ${unit}`,
    alerts: (count: number): string => plural(count, 'alert', 'alerts'),
    nothing: 'None. What an analysis decodes is kept from the next one on that is saved.',
    csv: 'Download as CSV',
  },
} as const;
