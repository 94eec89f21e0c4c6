/**
 * Fewer points that draw the same line.
 *
 * @module
 */

/**
 * The indices, ascending, of at most `limit` points that draw the same line as all of them.
 *
 * All points if there are no more. Otherwise the line is cut into buckets of as many points each,
 * and of each bucket the lowest and the highest point are kept, so that no peak is lost; besides,
 * the first point, the last one, and the one at `keep`. Points that are not finite are not kept.
 */
export const reduce = (values: Float64Array, limit: number, keep?: number): Uint32Array => {
  const finite = new Uint32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) finite[count++] = i;
  if (count <= limit) return finite.slice(0, count);

  const at = (position: number): number => finite[position] ?? 0;
  const value = (index: number): number => values[index] ?? NaN;
  const kept = new Set([at(0), at(count - 1)]);
  if (keep !== undefined && Number.isFinite(values[keep])) kept.add(keep);
  const buckets = Math.floor((limit - 3) / 2);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const end = Math.floor((bucket + 1) * count / buckets);
    let lowest = at(Math.floor(bucket * count / buckets));
    let highest = lowest;
    for (let i = Math.floor(bucket * count / buckets); i < end; i++) {
      const index = at(i);
      if (value(index) < value(lowest)) lowest = index;
      if (value(index) > value(highest)) highest = index;
    }
    kept.add(lowest).add(highest);
  }
  return Uint32Array.from(kept).sort();
};
