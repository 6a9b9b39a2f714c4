// Which verbs are dangerous in themselves, what each raises, and how grave it is when confirmed, refused or unanswered.
import type { AlertKind, Severity } from '../../facts/alert.ts';
import { VERB_NAMES, Verb } from '../../facts/verbs.ts';
import { KINDS } from './kinds.ts';

export interface CommandRule {
  readonly kind: AlertKind;
  /** By outcome: ok, refused, unanswered. */
  readonly severities: readonly [Severity, Severity, Severity];
  /** What happens when the device obeys, to end "The device confirmed it: …". */
  readonly effect: string;
  /**
   * What of the object is part of what is merged: `any` number or name; only a `name`, where numbers count pieces of
   * one thing; or nothing.
   */
  readonly object: 'any' | 'name' | 'none';
}

function rule(
  kind: AlertKind,
  severities: readonly [Severity, Severity, Severity],
  effect: string,
  object: CommandRule['object'] = 'none',
): CommandRule {
  return { kind, severities, effect, object };
}

const RULES: readonly (readonly [number, CommandRule])[] = [
  [Verb.stop, rule(KINDS.controllerStop, ['critical', 'high', 'high'], 'its program no longer runs')],
  [Verb.start, rule(KINDS.controllerStart, ['high', 'medium', 'high'], 'its program runs')],
  [Verb.restart, rule(KINDS.controllerRestart, ['high', 'medium', 'high'], 'it starts anew')],
  // Modbus 8/4 has no answer when it is obeyed (application protocol 1.1b3, 6.8.1).
  [Verb['listen-only'], rule(KINDS.listenOnlyMode, ['high', 'medium', 'high'], 'it answers nobody until restarted')],
  [Verb['clear-log'], rule(KINDS.countersCleared, ['low', 'info', 'low'], 'the traces of before are gone')],
  [Verb['set-mode'], rule(KINDS.modeChanged, ['high', 'medium', 'high'], 'it is in another mode')],
  [Verb['program-download'], rule(KINDS.programDownload, ['critical', 'high', 'high'], 'it holds other code')],
  [Verb['program-upload'], rule(KINDS.programUpload, ['high', 'medium', 'medium'], 'its program was handed out')],
  [Verb['firmware-download'], rule(KINDS.firmwareDownload, ['critical', 'high', 'high'], 'it holds other firmware')],
  [Verb.reserve, rule(KINDS.reservationTaken, ['medium', 'medium', 'medium'], 'only this client may change it now')],
  [Verb['set-time'], rule(KINDS.timeSet, ['medium', 'low', 'medium'], 'its clock was set')],
  [Verb['file-write'], rule(KINDS.fileWrite, ['high', 'medium', 'high'], 'the file was changed', 'name')],
  [Verb['factory-reset'], rule(KINDS.factoryReset, ['critical', 'high', 'high'], 'its settings are gone')],
  [Verb.force, rule(KINDS.force, ['high', 'medium', 'high'], 'the point keeps the forced value', 'any')],
  [Verb.delete, rule(KINDS.deleted, ['high', 'medium', 'high'], 'it is gone', 'any')],
  [Verb['suppress-alarm'], rule(KINDS.alarmsSuppressed, ['critical', 'high', 'high'], 'it no longer reports', 'any')],
];

/** By verb number; undefined for verbs that are not dangerous in themselves. */
export const COMMAND_RULES: readonly (CommandRule | undefined)[] = VERB_NAMES.map(
  (_name, verb) => RULES.find(([of]) => of === verb)?.[1],
);

/** Verbs that change something; sent to all devices at once they are a matter of their own. */
export const CHANGING_VERBS: readonly number[] = [
  Verb.write,
  Verb.operate,
  Verb.configure,
  Verb.create,
  Verb['store-program'],
  ...RULES.map(([verb]) => verb),
];
