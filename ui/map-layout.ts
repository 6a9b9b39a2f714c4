// Where on the map everything stands: lanes by level, the highest above; in each lane the groups as boxes side by side,
// and in an open box its devices in rows.
import type { MapGroup, MapNode, SiteMap } from './plant.ts';

export const WIDTH = 1200;
const LANE_HEAD = 26;
const GAP = 12;
const BOX_WIDTH = 170;
const BOX_HEIGHT = 62;
const NODE_WIDTH = 112;
const NODE_HEIGHT = 58;
const BOX_HEAD = 24;
/** The highest first; those without a level below. */
const LEVELS = [5, 4, 3, 2, 1, 0, null] as const;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Lane {
  readonly level: number | null;
  readonly y: number;
  readonly height: number;
}

export interface Box extends Spot {
  readonly group: MapGroup;
  readonly width: number;
  readonly height: number;
}

export interface Placed extends Spot {
  readonly node: MapNode;
}

export interface Layout {
  readonly height: number;
  readonly lanes: readonly Lane[];
  readonly boxes: readonly Box[];
  readonly nodes: readonly Placed[];
  /** Middle of a device, or of a closed group. */
  readonly spots: ReadonlyMap<string, Spot>;
}

export function layoutOf(map: SiteMap): Layout {
  const members = new Map<string, MapNode[]>();
  for (const node of map.nodes) {
    const known = members.get(node.group);
    if (known === undefined) members.set(node.group, [node]);
    else known.push(node);
  }
  const lanes: Lane[] = [];
  const boxes: Box[] = [];
  const nodes: Placed[] = [];
  const spots = new Map<string, Spot>();
  let y = 0;
  for (const level of LEVELS) {
    const groups = map.groups.filter((group) => group.level === level);
    if (groups.length === 0) continue;
    const top = y;
    let x = GAP;
    let rowHeight = 0;
    y += LANE_HEAD;
    for (const group of groups) {
      const own = members.get(group.key) ?? [];
      const { width, height, columns } = sizeOf(group, own.length);
      if (x > GAP && x + width > WIDTH - GAP) {
        x = GAP;
        y += rowHeight + GAP;
        rowHeight = 0;
      }
      boxes.push({ group, x, y, width, height });
      if (!group.isOpen) spots.set(group.key, { x: x + width / 2, y: y + height / 2 });
      for (const [index, node] of own.entries()) {
        const spot = {
          x: x + GAP / 2 + NODE_WIDTH * ((index % columns) + 0.5),
          y: y + BOX_HEAD + NODE_HEIGHT * Math.floor(index / columns) + 16,
        };
        nodes.push({ node, ...spot });
        spots.set(node.id, spot);
      }
      x += width + GAP;
      rowHeight = Math.max(rowHeight, height);
    }
    y += rowHeight + GAP;
    lanes.push({ level, y: top, height: y - top });
  }
  return { height: Math.max(y, 40), lanes, boxes, nodes, spots };
}

function sizeOf(group: MapGroup, count: number): { width: number; height: number; columns: number } {
  if (!group.isOpen) return { width: BOX_WIDTH, height: BOX_HEIGHT, columns: 1 };
  const most = Math.floor((WIDTH - 3 * GAP) / NODE_WIDTH);
  const columns = Math.max(2, Math.min(count, most));
  const rows = Math.ceil(count / columns);
  return { width: columns * NODE_WIDTH + GAP, height: BOX_HEAD + rows * NODE_HEIGHT + 6, columns };
}
