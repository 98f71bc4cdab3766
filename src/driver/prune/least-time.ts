// Whether something takes no longer than it may, on a machine that has other things to do, too.

const mostTries = 3;

/** Whatever else the machine does makes a run longer, never shorter: what takes too long is measured again, and the shortest counts. */
export async function leastTime(measure: () => Promise<number>, allowed: number): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < mostTries && least > allowed; tries++) least = Math.min(least, await measure());
  return least;
}
