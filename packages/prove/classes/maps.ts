/** Maps of lists, and values that are made once for a key. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function memo<K, T>(make: (key: K) => T): (key: K) => T {
  const known = new Map<K, T>();
  return (key) => {
    const made = known.has(key) ? (known.get(key) as T) : make(key);
    known.set(key, made);
    return made;
  };
}
