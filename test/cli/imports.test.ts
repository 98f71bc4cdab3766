// Programs of several files, from the folder of the main one to the folder of a run.

import { mkdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listing, runCli, temporaryFolder } from './support.ts';
import { writeStripes } from './stripes.ts';

const folder = temporaryFolder();
const project = join(folder, 'project');
const source = join(project, 'net.ssl');
const run = join(folder, 'run');
const train = (...more: string[]): ReturnType<typeof runCli> => runCli(['train', source, '--data', folder, '--out', run, '--no-timing', ...more]);

const main = `import residual, width from "blocks/residual.ssl"

network Stripes(image: tensor[1, 6, 6]) {
  stem  = conv(image, filters = width, window = 3, padding = 1)
  stage = repeat 2 with x = stem { residual(x, filters = width) }
  return dense(stage, units = 2)
}

sparsity fine { lasso filters of stage.*.c1 times 0.5 strength 0.1 }
sparsity coarse { lasso filters of stage.*.c1 strength 0.3 }

train on "stripes" {
  baseline { epochs = 1, batch = 20, rate = 0.05 }
  sparsify { epochs = 1 }
}
`;
const block = `import padded from "blocks/padded.ssl"

const width = 3

block residual(x, filters) {
  c1 = relu(padded(x, filters))
  c2 = padded(c1, filters)
  return relu(add(c2, x))
}
`;
const padded = 'block padded(x, filters) { return conv(x, filters = filters, window = 3, padding = 1) }\n';

beforeAll(() => {
  mkdirSync(join(project, 'blocks'), { recursive: true });
  writeFileSync(source, main);
  writeFileSync(join(project, 'blocks', 'residual.ssl'), block);
  writeFileSync(join(project, 'blocks', 'padded.ssl'), padded);
  writeStripes(join(folder, 'stripes'));
});

it('check shows the layers by their paths, and needs no choice between blocks, all of which it checks', async () => {
  const { code, out, err } = await runCli(['check', source]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/\nstage\.1\.c1 +conv +\[3, 6, 6\]/);
  const wrong = join(project, 'wrong.ssl');
  writeFileSync(wrong, main.replace('strength 0.3', 'strength -1'));
  expect((await runCli(['check', wrong])).err).toContain('error[sparsity/value]');
  unlinkSync(wrong);
});

it('what asks for penalties names the blocks to choose from', async () => {
  const { code, err } = await runCli(['explain', source]);
  expect(code).toBe(1);
  expect(err).toContain('the file has several `sparsity` blocks: `fine`, `coarse`');
});

describe('a run', () => {
  it('keeps what its source imports', async () => {
    expect(await train('--sparsity', 'fine', '--threads', '1')).toMatchObject({ code: 0 });
    expect(listing(run)).toEqual(expect.arrayContaining(['model.ssl', 'blocks', join('blocks', 'residual.ssl'), join('blocks', 'padded.ssl')]));
    expect(readFileSync(join(run, 'blocks', 'residual.ssl'), 'utf8')).toBe(block);
  });

  it('is whole without the files it was made of, and knows its sparsity block', async () => {
    const away = join(folder, 'away');
    renameSync(project, away);
    const explained = await runCli(['explain', run, '--json']);
    expect(JSON.parse(explained.out).penalties).toMatchObject([{ layer: 'stage.0.c1', strength: 0.05 }, { layer: 'stage.1.c1', strength: 0.05 }]);
    expect(await runCli(['build', run, '--out', join(folder, 'out')])).toMatchObject({ code: 0 });
    expect((await runCli(['verify', join(folder, 'out'), '--weights', run])).out).toMatch(/\nok\n$/);
    expect(await runCli(['check', join(run, 'model.ssl'), '--sparsity', 'coarse'])).toMatchObject({ code: 0 });
    renameSync(away, project);
  });

  it('goes on as it began, also where an imported file is written in another way', async () => {
    writeFileSync(join(project, 'blocks', 'padded.ssl'), `// as before\n${padded}`);
    expect(await train('--resume')).toMatchObject({ code: 0 });
    expect(readFileSync(join(run, 'blocks', 'padded.ssl'), 'utf8')).toBe(padded);
    const other = await train('--resume', '--sparsity', 'coarse');
    expect(other.err).toContain('was begun with another `sparsity` block: it was fine, and is coarse now');
    writeFileSync(join(project, 'blocks', 'padded.ssl'), padded.replaceAll('padding = 1', 'padding = [1, 1], dilation = 1, bias = false'));
    expect((await train('--resume')).err).toContain('run/different');
    writeFileSync(join(project, 'blocks', 'padded.ssl'), padded);
  });

  it('with a damaged source is refused, and mended by going on', async () => {
    const file = join(run, 'blocks', 'padded.ssl');
    writeFileSync(file, `${padded}// more\n`);
    const { code, err } = await runCli(['explain', run]);
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[run\/changed\]: \S*padded\.ssl is not as training left it: it has \d+ bytes instead of \d+[\s\S]*--resume/);
    expect(await train('--resume')).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toBe(padded);
    const [blocks, moved] = [join(run, 'blocks'), join(folder, 'moved')];
    renameSync(blocks, moved);
    symlinkSync(moved, blocks);
    expect((await runCli(['explain', run])).err).toContain('blocks is not as training left it: it is a symbolic link');
    unlinkSync(blocks);
    renameSync(moved, blocks);
  });
});

describe('what cannot be read', () => {
  const importing = async (path: string): Promise<string> => {
    const file = join(project, 'importing.ssl');
    writeFileSync(file, `import a from "${path}"\nnetwork N(image: tensor[4]) { return dense(a(image), units = 2) }\n`);
    return (await runCli(['check', file])).err;
  };

  it('is named with the reason, where it is imported', async () => {
    mkdirSync(join(project, 'folder.ssl'));
    writeFileSync(join(project, 'binary.ssl'), new Uint8Array([0xff, 0xfe]));
    expect(await importing('none.ssl')).toMatch(/^error\[import\/unreadable\]: cannot import `none\.ssl`: there is no such file\n +--> \S*importing\.ssl:1:15/);
    expect(await importing('folder.ssl')).toContain('cannot import `folder.ssl`: it is a folder');
    expect(await importing('binary.ssl')).toContain('cannot import `binary.ssl`: it is not text in UTF-8');
  });

  it('a link out of the folder is no way out of it, one within is', async () => {
    writeFileSync(join(folder, 'outside.ssl'), 'block a(x) { return relu(x) }\n');
    symlinkSync(join(folder, 'outside.ssl'), join(project, 'link.ssl'));
    symlinkSync(folder, join(project, 'out'));
    symlinkSync(join(project, 'blocks'), join(project, 'inside'));
    expect(await importing('link.ssl')).toContain('cannot import `link.ssl`: a symbolic link leads out of the folder of the main file');
    expect(await importing('out/outside.ssl')).toContain('a symbolic link leads out of the folder of the main file');
    expect(await importing('inside/padded.ssl')).toContain('defines no `a`');
  });

  it('a file that imports itself is told so, and nothing of it twice', async () => {
    const file = join(project, 'own.ssl');
    writeFileSync(file, 'import a from "./own.ssl"\nblock a(x) { return rellu(x) }\nnetwork N(image: tensor[4]) { return dense(a(image), units = 2) }\n');
    const { err } = await runCli(['check', file]);
    expect(err).toContain('cannot import `own.ssl`: it is the main file itself');
    expect(err.match(/error\[/g)).toHaveLength(1);
    symlinkSync(file, join(project, 'alias.ssl'));
    expect(await importing('alias.ssl')).not.toContain('main file itself');
    writeFileSync(file, 'import a from "alias.ssl"\n');
    expect((await runCli(['check', file])).err).toContain('cannot import `alias.ssl`: it is the main file itself');
  });

  it('a link that leads nowhere is named', async () => {
    symlinkSync(join(folder, 'gone'), join(project, 'broken'));
    symlinkSync('nothing.ssl', join(project, 'broken.ssl'));
    expect(await importing('broken.ssl')).toContain(`cannot import \`broken.ssl\`: the symbolic link ${join(project, 'broken.ssl')} leads nowhere`);
    expect(await importing('broken/a.ssl')).toContain(`cannot import \`broken/a.ssl\`: the symbolic link ${join(project, 'broken')} leads nowhere`);
  });

  it('nothing that a run keeps its own files by is trained', async () => {
    const file = join(project, 'taken.ssl');
    writeFileSync(join(project, 'model.ssl'), padded);
    writeFileSync(file, main.replace('import', 'import padded from "model.ssl"\nimport').replace('return dense(stage', 'return dense(padded(stage, filters = 2)'));
    const { code, err } = await runCli(['train', file, '--data', folder, '--out', join(folder, 'taken'), '--sparsity', 'fine']);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('error[run/reserved]: `model.ssl` cannot be imported by what is trained') });
  });
});
