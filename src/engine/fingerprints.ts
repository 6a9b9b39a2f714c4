// Reads captures for the features of their devices, and tells during an analysis which devices behave like a known type.
import { FeatureGatherer, type GatheredDevice } from '../assets/fingerprints/gather.ts';
import type { CaptureFile } from '../capture/frames.ts';
import type { FactSink, HostDirectory } from '../facts/facts.ts';
import { protocols } from '../protocols/index.ts';
import { analyze } from './analysis.ts';

export interface GatheredCapture {
  readonly devices: readonly GatheredDevice[];
  readonly hosts: HostDirectory;
  readonly files: readonly CaptureFile[];
}

/** Throws CaptureOpenError for captures that cannot be opened. */
export async function gatherFeatures(paths: readonly string[]): Promise<GatheredCapture> {
  let gatherer: FeatureGatherer | null = null;
  const { hosts, files } = await analyze({
    paths,
    modules: false,
    firstPackets: true,
    facts: (directory) => {
      gatherer = new FeatureGatherer(directory, protocols);
      return sinkOf(gatherer);
    },
  });
  return { devices: (gatherer as FeatureGatherer | null)?.devices() ?? [], hosts, files };
}

function sinkOf(gatherer: FeatureGatherer): FactSink {
  const ignore = (): void => undefined;
  return {
    operation: ignore,
    login: ignore,
    transfer: ignore,
    violation: ignore,
    conversation: (conversation) => gatherer.conversation(conversation),
    claim: (claim) => gatherer.claim(claim),
    trait: (trait) => gatherer.trait(trait),
  };
}
