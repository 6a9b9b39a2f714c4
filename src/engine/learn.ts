// Learns from captures, one after the other, without judging: between two of them lies a pause of unknown length.
import type { CaptureFile } from '../capture/frames.ts';
import { savedBaseline, type Baseline } from '../learning/baseline.ts';
import { protocols } from '../protocols/index.ts';
import { analyze } from './analysis.ts';

export interface Learned {
  readonly baseline: Baseline;
  readonly files: readonly CaptureFile[];
}

/** Throws CaptureOpenError as `analyze` does. `from`: what was learned before; null: nothing. */
export async function learnBaseline(paths: readonly string[], from: Baseline | null): Promise<Learned> {
  let baseline = from;
  const files: CaptureFile[] = [];
  for (const path of paths) {
    const before = baseline === null ? {} : { baseline };
    const result = await analyze({ paths: [path], isTeaching: true, ...before });
    baseline = savedBaseline(result.learning, result.hosts, protocols);
    files.push(...result.files);
  }
  return { baseline: baseline ?? { baseline: 1, devices: [] }, files };
}
