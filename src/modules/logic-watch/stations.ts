// Judges who works on programs and when: by the stations and windows that 1sec.yaml declares, and by what a host is.
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Claim } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { showable } from '../../bytes/text.ts';
import { OTHER_HOST, OUTSIDE_WINDOW } from './kinds.ts';

const HOSTS_MAX = 16_384;
/** What is never used to program controllers; believed where that is more than a hint. */
const OTHER_ROLES: ReadonlySet<string> = new Set([
  'controller',
  'remote-io',
  'drive',
  'camera',
  'printer',
  'broker',
  'building-controller',
]);
const ROLE_TRUST_MIN = 0.5;
const READING: ReadonlySet<number> = new Set([Verb['program-upload'], Verb.reserve]);

export interface StationVerdict {
  readonly kind: AlertKind;
  readonly severity: Severity;
  /** Why it is unusual here, as a clause. */
  readonly because: string;
}

export class Stations {
  readonly #site: Site;
  readonly #roles = new Map<number, Claim>();

  constructor(site: Site) {
    this.#site = site;
  }

  claim(claim: Claim): void {
    if (claim.attribute !== 'role' || claim.unit >= 0) return;
    const known = this.#roles.get(claim.host);
    if (known === undefined ? this.#roles.size < HOSTS_MAX : known.trust <= claim.trust) {
      this.#roles.set(claim.host, claim);
    }
  }

  /** A request that is made of programs only. */
  judge({ client, server, timeUs, verb, outcome }: Operation): StationVerdict[] {
    const verdicts: StationVerdict[] = [];
    const isGrave = !READING.has(verb) && outcome !== Outcome.refused;
    const other = this.#whyOther(client);
    if (other !== '') verdicts.push({ kind: OTHER_HOST, severity: isGrave ? 'critical' : 'high', because: other });
    const { intent } = this.#site;
    const windows = intent?.declared.windows.length ?? 0;
    if (windows > 0 && intent!.windowAt(server, timeUs) === null) {
      const list =
        windows === 1 ? 'the maintenance window that is' : `one of the ${windows} maintenance windows that are`;
      const because = `${new Date(timeUs / 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC is not in ${list} declared in 1sec.yaml for this device`;
      verdicts.push({ kind: OUTSIDE_WINDOW, severity: isGrave ? 'high' : 'medium', because });
    }
    return verdicts;
  }

  /** '' where it may well be an engineering station. */
  #whyOther(host: number): string {
    const { intent, hosts } = this.#site;
    if (intent?.isEngineeringStation(host) === true) return '';
    const declared = intent?.declared.engineeringStations.length ?? 0;
    if (declared > 0) {
      const list = declared === 1 ? 'the engineering station' : `one of the ${declared} engineering stations`;
      return `${hosts.address(host)} is not ${list} that 1sec.yaml declares`;
    }
    const role = this.#roles.get(host);
    if (role === undefined || role.trust < ROLE_TRUST_MIN || !OTHER_ROLES.has(role.value)) return '';
    return `${hosts.address(host)} is a ${role.value} (${showable(role.source, 80)})`;
  }
}
