// What a module raises, and what a person gets.
import type { FrameReference } from './frame-reference.ts';

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A kind of alert: everything about it that does not depend on the case. */
export interface AlertKind {
  /** `module/kebab-name`, stable for ever. */
  readonly kind: string;
  readonly title: string;
  readonly severity: Severity;
  /** What it could mean, in general: one or two sentences. */
  readonly why: string;
  /** What a person does next. */
  readonly advice: string;
  readonly falsePositives: readonly string[];
  /** ATT&CK for ICS technique ids. */
  readonly techniques: readonly string[];
  /** An episode ends after this long without another one of the same key. */
  readonly quietSeconds: number;
}

/** A device as a module names it: by host number. */
export interface Party {
  readonly host: number;
  /** -1: the host itself. */
  readonly unit: number;
  /** -1: no port is meant. */
  readonly port: number;
}

/** A module's word that something is wrong. Same kind, subject, peer and object within an episode become one alert. */
export interface Judgement {
  readonly kind: string;
  /** Where it differs from the kind's own. */
  readonly severity?: Severity;
  readonly timeUs: number;
  /** The device it happened to. */
  readonly subject: Party;
  /** Who did it; null where nobody did. */
  readonly peer: Party | null;
  /** What was touched, in words that are equal when the thing is: part of the merge key; '' for none. */
  readonly object: string;
  /** What happened here and why it is unusual here, in plain words with the numbers. The first of an episode is kept,
   *  unless `replacesExplanation` asks that a later, fuller one takes its place. A function is called at once or never:
   *  what can come a hundred thousand times in an episode need not be put into words each time. */
  readonly explanation: string | (() => string);
  readonly replacesExplanation?: boolean;
  /** The frames that prove it. */
  readonly frames: readonly FrameReference[];
}

/** A device as a person sees it. Null where not known. */
export interface AlertParty {
  readonly asset: string;
  readonly segment: string;
  readonly ip: string | null;
  readonly mac: string | null;
  readonly port: number | null;
  readonly unit: number | null;
}

/** A merged alert, as `analyze --json` shows it (docs/formats.md). */
export interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly module: string;
  readonly severity: Severity;
  readonly title: string;
  readonly explanation: string;
  readonly advice: string;
  readonly subject: AlertParty;
  readonly peer: AlertParty | null;
  readonly object: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly count: number;
  readonly techniques: readonly string[];
  readonly frames: readonly FrameReference[];
  /** More frames prove it than are listed. */
  readonly framesOmitted: number;
  /** Id of the incident it is a part of; null where it stands alone. */
  readonly incident: string | null;
}

export const STAGES = [
  'entry',
  'reconnaissance',
  'access',
  'movement',
  'foothold',
  'command and control',
  'collection',
  'exposure',
  'effect',
] as const;
/** What an alert is to the story of its incident. */
export type Stage = (typeof STAGES)[number];

/** A host of an incident. `origin`: acted before anything happened to it; `passed`: was acted on, then acted. */
export interface IncidentHost {
  readonly asset: string;
  readonly segment: string;
  readonly ip: string | null;
  readonly mac: string | null;
  readonly part: 'origin' | 'passed' | 'target';
}

/** An alert as a step of the story: who did it to whom, as indexes of the incident's hosts; -1 where nobody is named. */
export interface IncidentStep {
  readonly alert: string;
  readonly timeUs: number;
  readonly stage: Stage;
  readonly severity: Severity;
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** Alerts that belong together: one story, in the order in which it happened. */
export interface Incident {
  readonly id: string;
  readonly severity: Severity;
  /** In plain words: the way it took, how it began, what came of it. */
  readonly title: string;
  readonly firstUs: number;
  readonly lastUs: number;
  /** In the order in which they came into it. */
  readonly hosts: readonly IncidentHost[];
  readonly steps: readonly IncidentStep[];
  readonly techniques: readonly string[];
}
