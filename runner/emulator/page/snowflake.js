// Discord's ids. They are texts, because they don't fit a JavaScript number.

const EPOCH_MS = 1420070400000;

/** Compare two ids by age, for sorting: the older one first. */
export function below(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Return the Date at which an id was made. */
export function madeAt(id) {
  return new Date(Number(BigInt(id) >> 22n) + EPOCH_MS);
}
