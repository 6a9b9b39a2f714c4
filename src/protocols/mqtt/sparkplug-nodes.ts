// Sparkplug edge nodes: what their births told of aliases and types, and where their sequence numbers stand. One bounded
// table for all, the node heard of first forgotten first.

const NODES_MAX = 4096;
const ALIASES_PER_NODE_MAX = 16_384;
/** Of all nodes together; beyond, metrics keep their alias as name. */
const ALIASES_MAX = 262_144;
const NAME_BYTES_MAX = 192;

export interface KnownMetric {
  readonly name: Uint8Array;
  readonly dataType: number;
}

export class SparkplugNode {
  readonly key: string;
  /** `group/node`, as it stands in topics. */
  readonly group: Uint8Array;
  readonly node: Uint8Array;
  /** Aliases are the node's, devices included (Sparkplug 3.0, tck-id-payloads-alias-uniqueness). */
  readonly aliases = new Map<number, KnownMetric>();
  /** Of the last message that had one, -1 where none was seen or messages were lost. */
  sequence = -1;
  birthBdSeq = -1;
  /** Conversation in which the sequence was seen. */
  flow = -1;
  /** Out of the table: to be looked up again. */
  isForgotten = false;

  constructor(key: string, group: Uint8Array, node: Uint8Array) {
    this.key = key;
    this.group = group;
    this.node = node;
  }
}

export class SparkplugNodes {
  readonly #nodes = new Map<string, SparkplugNode>();
  #aliases = 0;

  /** The node of this broker, a new one where there was none. */
  of(
    broker: number,
    bytes: Uint8Array,
    groupStart: number,
    groupEnd: number,
    nodeStart: number,
    nodeEnd: number,
  ): SparkplugNode {
    const group = Buffer.from(bytes.buffer, bytes.byteOffset + groupStart, groupEnd - groupStart).toString('latin1');
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + nodeStart, nodeEnd - nodeStart).toString('latin1');
    const key = `${broker} ${group}/${name}`;
    let node = this.#nodes.get(key);
    if (node === undefined) {
      if (this.#nodes.size >= NODES_MAX) this.#forgetOldest();
      node = new SparkplugNode(key, bytes.slice(groupStart, groupEnd), bytes.slice(nodeStart, nodeEnd));
      this.#nodes.set(key, node);
    }
    return node;
  }

  /** Ends what an earlier birth said. */
  clearAliases(node: SparkplugNode): void {
    if (!node.isForgotten) this.#aliases -= node.aliases.size;
    node.aliases.clear();
  }

  setAlias(node: SparkplugNode, alias: number, bytes: Uint8Array, start: number, end: number, dataType: number): void {
    if (node.isForgotten) return;
    if (!node.aliases.has(alias)) {
      if (node.aliases.size >= ALIASES_PER_NODE_MAX || this.#aliases >= ALIASES_MAX) return;
      this.#aliases++;
    }
    node.aliases.set(alias, { name: bytes.slice(start, Math.min(end, start + NAME_BYTES_MAX)), dataType });
  }

  #forgetOldest(): void {
    const oldest = this.#nodes.values().next();
    if (oldest.done === true) return;
    this.#aliases -= oldest.value.aliases.size;
    this.#nodes.delete(oldest.value.key);
    oldest.value.isForgotten = true;
  }
}
