/** From offsets in a text to lines and columns. (The parser's own counter loses lines while it recovers from errors.) */
export interface LineIndex {
  /** Both count from 1; columns in UTF-16 units. */
  place(offset: number): { readonly line: number; readonly column: number };
}

export function lineIndex(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    place: (offset) => {
      let [low, high] = [0, starts.length - 1];
      // Invariant: the line sought is between low and high, both included.
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}
