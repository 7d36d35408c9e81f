/**
 * Sets a key as the most recent of a map that is ordered by last use and has at most `most` entries:
 * evicts the oldest.
 */
export function setLatest<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  most: number,
): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) return void map.delete(oldest);
}
