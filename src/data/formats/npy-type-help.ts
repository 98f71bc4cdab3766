// What to do about .npy files whose numbers are of a type that is not read.

/** How an array of another type is saved as one that is read, without changing what it says. */
export function typeHelp(code: string): string | undefined {
  const kind = /^[<>=|]?([a-zA-Z])/.exec(code)?.[1];
  if (kind === 'U' || kind === 'S' || kind === 'O') return 'texts are numbered by numpy.unique(array, return_inverse=True)[1]';
  if (kind === 'c') return 'save array.real and array.imag as two features, or the one that is meant';
  if (kind === 'f') return "save array.astype('f4')";
  return undefined;
}
