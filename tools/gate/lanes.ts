/** Work for several at a time. */

/** Does each piece once, `count` at a time, in order. @returns what came of each, in the order of `pieces` */
export async function inLanes<Piece, Result>(
  count: number,
  pieces: readonly Piece[],
  work: (piece: Piece) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = pieces.entries();
  // All lanes draw from one iterator: a lane that is done early takes what is next.
  const lane = async (): Promise<void> => {
    for (const [index, piece] of waiting) results[index] = await work(piece);
  };
  await Promise.all(Array.from({ length: count }, lane));
  return results;
}
