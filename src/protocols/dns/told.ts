// What was said already in a conversation: each trait and claim is handed over once.
import { forgetOldest } from '../../bytes/forgetting.ts';

const FLOWS_MAX = 4096;
const SAID_MAX = 256;

export class Told {
  private readonly flows = new Map<number, Set<string>>();

  /** True once for each text; never where the conversation has said its 256. Of too many conversations the oldest goes. */
  isNew(flow: number, text: string): boolean {
    let said = this.flows.get(flow);
    if (said === undefined) {
      forgetOldest(this.flows, FLOWS_MAX);
      this.flows.set(flow, (said = new Set()));
    }
    if (said.size >= SAID_MAX || said.has(text)) return false;
    said.add(text);
    return true;
  }

  forget(flow: number): void {
    this.flows.delete(flow);
  }
}
