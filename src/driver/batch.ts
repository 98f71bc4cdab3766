/** A batch beyond this is a slip of the pen. */
export const mostSamples = 65_536;
