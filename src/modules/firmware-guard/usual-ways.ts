// How often which way carried something that is no firmware: topics of a broker, and pairs of hosts that exchange files.

const WAYS_MAX = 65_536;
/** So often something else must have come before an image there is unusual. */
const OTHERS_MIN = 20;

export class Ways {
  /** By server, then by the number of the topic's name. */
  readonly #topics = new Map<number, Map<number, number>>();
  readonly #pairs = new Map<string, number>();
  #topicCount = 0;

  published(server: number, topic: number): void {
    let topics = this.#topics.get(server);
    if (topics === undefined) {
      if (this.#topicCount >= WAYS_MAX) return;
      this.#topics.set(server, (topics = new Map<number, number>()));
    }
    const count = topics.get(topic);
    if (count === undefined) {
      if (this.#topicCount >= WAYS_MAX) return;
      this.#topicCount++;
    }
    topics.set(topic, (count ?? 0) + 1);
  }

  /** How often other content came there; 0 where that is too seldom to judge by. From now on images are usual there. */
  publishedBefore(server: number, topic: number): number {
    const topics = this.#topics.get(server);
    const count = topics?.get(topic) ?? 0;
    if (count > 0) topics!.set(topic, -Infinity);
    return count >= OTHERS_MIN ? count : 0;
  }

  carried(sender: number, receiver: number, protocol: string): void {
    const key = `${sender} ${receiver} ${protocol}`;
    const count = this.#pairs.get(key);
    if (count === undefined && this.#pairs.size >= WAYS_MAX) return;
    this.#pairs.set(key, (count ?? 0) + 1);
  }

  carriedBefore(sender: number, receiver: number, protocol: string): number {
    const key = `${sender} ${receiver} ${protocol}`;
    const count = this.#pairs.get(key) ?? 0;
    if (count > 0 || this.#pairs.size < WAYS_MAX) this.#pairs.set(key, -Infinity);
    return count >= OTHERS_MIN ? count : 0;
  }
}
