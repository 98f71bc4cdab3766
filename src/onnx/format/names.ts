// Names of a model in messages. They may be anything, and as long as a page.

const longest = 80;

/** In quotes, with what is no letter escaped as JSON does, and the middle left out of long ones. */
export function shortened(name: string): string {
  const half = longest / 2;
  return JSON.stringify(name.length > longest ? `${name.slice(0, half)}…${name.slice(-half)}` : name);
}
