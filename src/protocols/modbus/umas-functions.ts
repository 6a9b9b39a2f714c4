// The sub-functions of function 90 (UMAS) with their names and verbs; README.md says from where they are known.
import { Verb } from '../../facts/verbs.ts';

export const Umas = {
  initComm: 0x01,
  readId: 0x02,
  readProjectInfo: 0x03,
  takeReservation: 0x10,
  readMemoryBlock: 0x20,
  writeMemoryBlock: 0x21,
  readVariables: 0x22,
  writeVariables: 0x23,
  readPhysicalAddress: 0x28,
  writePhysicalAddress: 0x29,
  initDownload: 0x30,
  downloadBlock: 0x31,
  endDownload: 0x32,
  initUpload: 0x33,
  uploadBlock: 0x34,
  endUpload: 0x35,
} as const;

/** Where a request has its sub-function, an answer has one of these. */
export const UMAS_OK = 0xfe;
export const UMAS_ERROR = 0xfd;

/** `download` is towards the controller, as in the verbs; some public lists call that upload. */
const UMAS_FUNCTIONS: readonly (readonly [code: number, name: string, verb: number])[] = [
  [0x01, 'init communication', Verb.connect],
  [0x02, 'read id', Verb.identify],
  [0x03, 'read project info', Verb.identify],
  [0x04, 'read plc info', Verb.diagnose],
  [0x05, 'read loader info', Verb.identify],
  [0x06, 'read card info', Verb.diagnose],
  [0x07, 'read block info', Verb.diagnose],
  [0x0a, 'repeat', Verb.diagnose],
  [0x10, 'take plc reservation', Verb.reserve],
  [0x11, 'release plc reservation', Verb.release],
  [0x12, 'keep alive', Verb['keep-alive']],
  [0x20, 'read memory block', Verb.read],
  [0x21, 'write memory block', Verb.write],
  [0x22, 'read variables', Verb.read],
  [0x23, 'write variables', Verb.write],
  [0x24, 'read coils and registers', Verb.read],
  [0x25, 'write coils and registers', Verb.write],
  [0x26, 'read data dictionary', Verb.enumerate],
  [0x27, 'preload data dictionary', Verb.enumerate],
  [0x28, 'read physical address', Verb.read],
  [0x29, 'write physical address', Verb.write],
  [0x2a, 'browse events', Verb.enumerate],
  [0x30, 'begin program download', Verb['program-download']],
  [0x31, 'download program block', Verb['program-download']],
  [0x32, 'end program download', Verb['program-download']],
  [0x33, 'begin program upload', Verb['program-upload']],
  [0x34, 'upload program block', Verb['program-upload']],
  [0x35, 'end program upload', Verb['program-upload']],
  [0x36, 'backup or restore', Verb.configure],
  [0x37, 'preload blocks', Verb.other],
  [0x39, 'read ethernet master data', Verb.read],
  [0x40, 'start plc', Verb.start],
  [0x41, 'stop plc', Verb.stop],
  [0x42, 'initialize plc', Verb.restart],
  [0x43, 'swap', Verb['set-mode']],
  [0x50, 'monitor plc', Verb.read],
  [0x51, 'get automatic modification', Verb.diagnose],
  [0x52, 'get forced bits', Verb.read],
  [0x53, 'get selected blocks', Verb.read],
  [0x58, 'check plc', Verb.diagnose],
  [0x60, 'set breakpoint', Verb['set-mode']],
  [0x61, 'delete breakpoint', Verb['set-mode']],
  [0x62, 'step over', Verb['set-mode']],
  [0x63, 'step in', Verb['set-mode']],
  [0x64, 'step out', Verb['set-mode']],
  [0x65, 'get call stack', Verb.diagnose],
  [0x66, 'check debug allowed', Verb.diagnose],
  [0x6c, 'process message', Verb.other],
  [0x6d, 'private message', Verb.other],
  [0x6e, 'manage enhanced reservation', Verb.reserve],
  [0x70, 'read io object', Verb.read],
  [0x71, 'write io object', Verb.write],
  [0x72, 'read rack', Verb.identify],
  [0x73, 'get status module', Verb.diagnose],
  [0x74, 'read device data', Verb.diagnose],
];

const NAMES = new Map(UMAS_FUNCTIONS.map(([code, name]) => [code, name]));
const VERBS = new Uint8Array(256);
const KNOWN = new Uint8Array(256);
for (const [code, , verb] of UMAS_FUNCTIONS) {
  VERBS[code] = verb;
  KNOWN[code] = 1;
}

export const UMAS_SUBFUNCTIONS: readonly number[] = UMAS_FUNCTIONS.map(([code]) => code);

export function umasName(subfunction: number): string | undefined {
  return NAMES.get(subfunction);
}

export function umasVerb(subfunction: number): number {
  return VERBS[subfunction] ?? Verb.other;
}

export function isKnownUmas(subfunction: number): boolean {
  return KNOWN[subfunction] === 1;
}
