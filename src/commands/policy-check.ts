// `1sec policy check`: judges captures against a policy; the same alerts as `analyze --policy` raises.
import { showable } from '../bytes/text.ts';
import { analyze } from '../engine/analysis.ts';
import type { Declaration } from '../facts/intent.ts';
import { CONDUIT_VIOLATED, DEVICE_IN_TWO_ZONES } from '../modules/conduit-keeper/kinds.ts';
import { quietLine, worstFirst } from './alert-text.ts';
import { alertJson } from './analysis-json.ts';
import { damageLines } from './capture-arguments.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { LineWriter, writeError, writeOutput } from './output.ts';
import { policyOf } from './policy-file.ts';
import { warnOfZones } from './zone-differences.ts';

const KINDS: readonly string[] = [CONDUIT_VIOLATED.kind, DEVICE_IN_TWO_ZONES.kind];

export interface PolicyCheck {
  readonly path: string;
  /** The captures. */
  readonly paths: readonly string[];
  /** Path of 1sec.yaml, and what it declares; null: none is given. */
  readonly config: string;
  readonly declaration: Declaration | null;
  readonly isJson: boolean;
}

/** Resolves to the exit code: 3 where something is violated. */
export async function checkPolicy({ path, paths, config, declaration, isJson }: PolicyCheck): Promise<number> {
  const policy = policyOf(path);
  if (declaration !== null) warnOfZones(config, declaration.zones, path, policy);
  const result = await analyze({ paths, policy, ...(declaration === null ? {} : { declaration }) });
  const violations = worstFirst(result.alerts.filter(({ kind }) => KINDS.includes(kind)));
  if (isJson) writeOutput(jsonPage({ policy: path, violations: violations.map(alertJson) }));
  else if (violations.length === 0) writeOutput(`Nothing passed that ${showable(path, 400)} does not allow.\n`);
  else {
    const writer = new LineWriter();
    for (const alert of violations) writer.line(`${quietLine(alert)}\n    ${alert.explanation}`);
    writer.flush();
  }
  const damages = damageLines(result.files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  return violations.length > 0 ? ExitCode.alerts : damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
}
