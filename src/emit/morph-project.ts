// A project of ts-morph that writes in our style. ts-morph takes half a second to import, so callers bring it.

import type * as TsMorph from 'ts-morph';

export function morphProject(morph: typeof TsMorph): TsMorph.Project {
  return new morph.Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
    manipulationSettings: { indentationText: morph.IndentationText.TwoSpaces, newLineKind: morph.NewLineKind.LineFeed },
  });
}
