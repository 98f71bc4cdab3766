// A source of ten blocks, each repeated three times: 211 layers, as residual networks are written.

const BLOCKS = 10;
const TURNS = 3;
const FILTERS = 16;

export function blockSource(): string {
  const blocks = Array.from({ length: BLOCKS }, (_, i) => `block residual${i}(x, filters, stride = 1) {
  c1       = relu(batch_norm(conv(x, filters = filters, window = 3, stride = stride, padding = 1)))
  c2       = batch_norm(conv(c1, filters = filters, window = 3, padding = 1))
  shortcut = if stride == 1 { x } else { conv(x, filters = filters, window = 1, stride = stride) }
  return relu(add(c2, shortcut))
}
`);
  const stages = blocks.map((_, i) => `  stage${i} = repeat ${TURNS} with x = ${i === 0 ? 'stem' : `stage${i - 1}`} { residual${i}(x, filters = ${FILTERS}) }\n`);
  return `${blocks.join('\n')}
network Blocks(image: tensor[3, 32, 32]) {
  stem = conv(image, filters = ${FILTERS}, window = 3, padding = 1)
${stages.join('')}  return dense(avg_pool(stage${BLOCKS - 1}, window = 32), units = 10)
}
`;
}
