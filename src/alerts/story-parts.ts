// What a kind of alert is to a story: its stage, who of its two parties acted, and what may be joined because of it. Most
// follows from the tactics of its techniques; the table names the kinds of which that would say too much or too little.
import { ATTACK_ICS } from '../../knowledge/attack-ics.ts';
import type { Alert, Stage } from '../facts/alert.ts';

export interface StoryPart {
  readonly stage: Stage;
  /** Who acted: as a rule the peer; the device itself where the alert is about what it does. */
  readonly doer: 'peer' | 'subject';
  /** Whoever acted is not to be trusted: what else it did belongs to the same story. */
  readonly marksDoer: boolean;
  /** The device may be in other hands from now on: what it does next belongs to the same story. */
  readonly marksSubject: boolean;
}

const STAGE_OF_TACTIC: Readonly<Record<string, Stage>> = {
  'Initial Access': 'entry',
  Discovery: 'reconnaissance',
  Collection: 'collection',
  'Lateral Movement': 'movement',
  Execution: 'foothold',
  Persistence: 'foothold',
  'Privilege Escalation': 'foothold',
  Evasion: 'foothold',
  'Command and Control': 'command and control',
  'Inhibit Response Function': 'effect',
  'Impair Process Control': 'effect',
  Impact: 'effect',
};

/** A state of a device rather than something that happened: never a reason to join, at most a part of a story. */
const EXPOSURE: Partial<StoryPart> = { stage: 'exposure', marksDoer: false, marksSubject: false };
/** Tried at a device, which says nothing about whether it came in. */
const ATTEMPT: Partial<StoryPart> = { stage: 'access', marksDoer: true, marksSubject: false };
const SWEEP: Partial<StoryPart> = { stage: 'reconnaissance', marksDoer: true, marksSubject: false };
const BY_ITSELF: Partial<StoryPart> = { doer: 'subject', marksSubject: false };
const EFFECT: Partial<StoryPart> = { stage: 'effect', marksDoer: false, marksSubject: false };

/** What holds for all kinds of a module that are not named themselves. */
const OF_MODULES: Readonly<Record<string, Partial<StoryPart>>> = {
  'command-sentinel': EFFECT,
  'logic-watch': EFFECT,
  'process-guard': EFFECT,
};

const EXCEPTIONS: Readonly<Record<string, Partial<StoryPart>>> = {
  'access-watch/brute-force': ATTEMPT,
  'access-watch/password-spraying': ATTEMPT,
  'access-watch/outdated-password': EXPOSURE,
  'access-watch/success-after-failures': { stage: 'access', marksDoer: true, marksSubject: true },
  'access-watch/new-login': { stage: 'access', marksDoer: false },
  'access-watch/unusual-engineering-login': { stage: 'access' },
  'access-watch/unusual-hour': { stage: 'access', marksDoer: false },
  'access-watch/remote-session-to-control': { stage: 'movement', marksDoer: false },
  'access-watch/remote-support-tool': { ...BY_ITSELF, stage: 'entry', marksDoer: true },
  'access-watch/tunnel': { ...BY_ITSELF, stage: 'command and control', marksDoer: true },
  'access-watch/disguised-protocol': { stage: 'command and control' },
  'asset-lens/identity-changed': EFFECT,
  'asset-lens/firmware-changed': EFFECT,
  'asset-lens/new-device': { ...BY_ITSELF, stage: 'entry', marksDoer: true },
  'asset-lens/role-changed': { ...BY_ITSELF, stage: 'foothold', marksDoer: true },
  'asset-lens/device-vanished': EFFECT,
  'command-sentinel/new-master': { stage: 'entry', marksDoer: true, marksSubject: false },
  'command-sentinel/unit-sweep': SWEEP,
  'command-sentinel/function-sweep': SWEEP,
  'command-sentinel/object-sweep': SWEEP,
  'command-sentinel/program-upload': { stage: 'collection', marksDoer: false, marksSubject: false },
  'credential-auditor/default-credential': EXPOSURE,
  'credential-auditor/hard-coded-account': EXPOSURE,
  'credential-auditor/weak-credential': EXPOSURE,
  'credential-auditor/default-credential-tried': { ...ATTEMPT, marksDoer: false },
  'credential-auditor/anonymous-access': EXPOSURE,
  'credential-auditor/clear-text-login': EXPOSURE,
  'credential-auditor/same-secret': EXPOSURE,
  'firmware-guard/same-image': EXPOSURE,
  'firmware-guard/secrets-inside': EXPOSURE,
  'identity-guard/several-systems': EXPOSURE,
  'logic-watch/program-read': { stage: 'collection', marksDoer: false, marksSubject: false },
  'logic-watch/project-file': { stage: 'collection', marksDoer: false, marksSubject: false },
  'logic-watch/other-host': { stage: 'effect', marksDoer: true, marksSubject: false },
  'pivot-hunter/address-scan': { ...BY_ITSELF, stage: 'reconnaissance', marksDoer: true },
  'pivot-hunter/port-scan': { stage: 'reconnaissance', marksDoer: true },
  'pivot-hunter/distributed-scan': { stage: 'reconnaissance', marksDoer: false },
  'pivot-hunter/enumeration': { ...BY_ITSELF, stage: 'reconnaissance', marksDoer: true },
  'pivot-hunter/beacon': { ...BY_ITSELF, stage: 'command and control', marksDoer: false },
  'pivot-hunter/exfiltration': { ...BY_ITSELF, stage: 'collection', marksDoer: false },
  'pivot-hunter/movement-chain': { stage: 'movement', marksDoer: true, marksSubject: true },
  'pivot-hunter/movement-step': { stage: 'movement', marksDoer: true, marksSubject: true },
  'pivot-hunter/remote-execution': { stage: 'movement', marksDoer: true, marksSubject: true },
  'pivot-hunter/service-appeared': { stage: 'foothold', marksDoer: true, marksSubject: true },
};

const STAGES_OF_SUSPECTS: ReadonlySet<Stage> = new Set([
  'entry',
  'reconnaissance',
  'access',
  'movement',
  'foothold',
  'command and control',
]);
const STAGES_OF_INTRUSION: ReadonlySet<Stage> = new Set(['movement', 'foothold', 'command and control']);

export function storyPart(alert: Pick<Alert, 'kind' | 'techniques'>): StoryPart {
  const exception = EXCEPTIONS[alert.kind] ?? OF_MODULES[alert.kind.slice(0, alert.kind.indexOf('/'))];
  const stage = exception?.stage ?? stageOf(alert.techniques);
  return {
    stage,
    doer: 'peer',
    marksDoer: STAGES_OF_SUSPECTS.has(stage),
    marksSubject: STAGES_OF_INTRUSION.has(stage),
    ...exception,
  };
}

/** By the first technique: kinds name first what they mean most. */
function stageOf(techniques: readonly string[]): Stage {
  const tactics = ATTACK_ICS.get(techniques[0] ?? '')?.tactics ?? [];
  const stages = tactics.map((tactic) => STAGE_OF_TACTIC[tactic] ?? 'exposure');
  return stages.includes('effect') ? 'effect' : (stages[0] ?? 'exposure');
}
