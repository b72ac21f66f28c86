/** Where in the text a path stands: at its key, at its value, or, for what is missing, at the nearest section that is there. */
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair } from 'yaml';

export function offsetOf(document: Document, path: readonly PropertyKey[], at: 'key' | 'value' | 'section'): number {
  let place = { key: 0, value: startOf(document.contents) };
  let node: unknown = document.contents;
  for (const step of path) {
    const found = childOf(isAlias(node) ? node.resolve(document) : node, step);
    if (found === null) return place.key;
    place = found.place;
    node = found.node;
  }
  return at === 'value' ? place.value : place.key;
}

function childOf(node: unknown, step: PropertyKey): { node: unknown; place: { key: number; value: number } } | null {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return item === undefined ? null : { node: item, place: { key: startOf(item), value: startOf(item) } };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  if (pair === undefined) return null;
  return { node: pair.value, place: { key: startOf(pair.key), value: valueStart(pair) } };
}

/** An empty value (`port:`) has no text of its own. */
function valueStart({ key, value }: Pair): number {
  const start = startOf(value);
  return isNode(value) && isScalar(value) && value.source === '' ? startOf(key) : start;
}

function startOf(node: unknown): number {
  return (isNode(node) ? (node as Node).range?.[0] : undefined) ?? 0;
}
