// What an operation asks for, in words that mean the same in every protocol. The number is what travels on the hot
// path; the name is what people and files see.

export const VERB_NAMES = [
  'other',
  'read',
  'write',
  'select',
  'operate',
  'cancel',
  'start',
  'stop',
  'restart',
  'set-mode',
  'set-time',
  'program-download',
  'program-upload',
  'firmware-download',
  'file-read',
  'file-write',
  'delete',
  'create',
  'force',
  'enumerate',
  'identify',
  'diagnose',
  'subscribe',
  'publish',
  'configure',
  'suppress-alarm',
  'clear-log',
  'listen-only',
  'reserve',
  'release',
  'connect',
  'disconnect',
  'keep-alive',
  'authenticate',
  'factory-reset',
  'report',
  'acknowledge',
  'store-program',
] as const;

/*
 * `report`: the server tells values unasked (DNP3 unsolicited, IEC 104 spontaneous, BACnet change of value); the client is
 * who is told, `requestFrame` is 0. `acknowledge`: an alarm or event is taken notice of.
 * `store-program`: what was loaded is copied to where it survives a restart.
 */
export type VerbName = (typeof VERB_NAMES)[number];

/** Verb numbers by name: `Verb.write`. */
export const Verb = Object.freeze(Object.fromEntries(VERB_NAMES.map((name, index) => [name, index]))) as Readonly<
  Record<VerbName, number>
>;
