// Learns from captures, one after the other, without judging: between two of them lies a pause of unknown length.
import type { CaptureFile } from '../capture/frames.ts';
import { savedBaseline, type Baseline } from '../learning/baseline.ts';
import { protocols } from '../protocols/index.ts';
import { analyze } from './analysis.ts';

export interface Learned {
  readonly baseline: Baseline;
  readonly files: readonly CaptureFile[];
}

/**
 * What was seen in one stretch of all that is learned here is marked, unless `from` said it without a mark: a capture of
 * normal work may hold the one time that was not. Throws CaptureOpenError as `analyze` does. `from`: what was learned before; null: nothing.
 */
export async function learnBaseline(paths: readonly string[], from: Baseline | null): Promise<Learned> {
  let baseline = from;
  const files: CaptureFile[] = [];
  let learnedUs = 0;
  for (const [index, path] of paths.entries()) {
    const before = baseline === null ? {} : { baseline };
    const result = await analyze({ paths: [path], isTeaching: true, ...before });
    files.push(...result.files);
    for (const { frames, firstUs, lastUs } of result.files) if (frames > 0) learnedUs += Math.max(0, lastUs - firstUs);
    // Until all is learned nothing is confirmed.
    const marking = index + 1 < paths.length ? 'open' : { learnedUs };
    baseline = savedBaseline(result.learning, result.hosts, protocols, marking);
  }
  return { baseline: baseline ?? { baseline: 1, devices: [] }, files };
}
