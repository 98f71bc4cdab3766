// Files of weights in other formats, known by their first bytes, with the lines of Python that make a safetensors
// file of them.

export interface ForeignFormat {
  /** In words. */
  readonly what: string;
  readonly help: string;
}

/** Undefined for bytes that are none of those. @param first The beginning of the file. @param path What a person calls it. */
export function foreignFormat(first: Uint8Array, path: string): ForeignFormat | undefined {
  return formats.find(({ matches }) => matches(first))?.answer(path);
}

interface Format {
  readonly matches: (first: Uint8Array) => boolean;
  readonly answer: (path: string) => ForeignFormat;
}

/** Zip archives by what the names in them say; the order matters, for the last takes any archive. */
const formats: readonly Format[] = [
  { matches: (first) => isZip(first) && holds(first, '/data.pkl'), answer: torch },
  { matches: (first) => isZip(first) && holds(first, '.npy'), answer: numpy },
  { matches: (first) => isZip(first) && (holds(first, 'metadata.json') || holds(first, 'config.json')), answer: keras },
  { matches: isZip, answer: torch },
  // What torch.save wrote before it wrote archives.
  { matches: isPickle, answer: torch },
  { matches: (first) => begins(first, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]), answer: keras },
  { matches: isOnnx, answer: onnx },
];

function begins(first: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => first[i] === byte);
}

function holds(first: Uint8Array, text: string): boolean {
  return Buffer.from(first).includes(text);
}

function isZip(first: Uint8Array): boolean {
  return begins(first, [0x50, 0x4b, 0x03, 0x04]);
}

/** Protocol 2 to 5. */
function isPickle(first: Uint8Array): boolean {
  const protocol = first[1] ?? 0;
  return first[0] === 0x80 && protocol >= 2 && protocol <= 5;
}

/** A protocol buffer: field 1 is a small version, then comes a text (the producer) or the graph. */
function isOnnx(first: Uint8Array): boolean {
  const version = first[1] ?? 0;
  return first[0] === 0x08 && version >= 1 && version <= 32 && [0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42].includes(first[2] ?? 0);
}

/** A text as Python writes it. */
const quoted = (text: string): string => JSON.stringify(text);

function converted(path: string): string {
  return quoted(path.replace(/\.[^./\\]*$/, '').concat('.safetensors'));
}

function lines(...text: readonly string[]): string {
  return ['convert it in Python (`pip install safetensors`):', ...text.map((line) => `  ${line}`)].join('\n');
}

function torch(path: string): ForeignFormat {
  return {
    what: 'a file of PyTorch (a pickle)',
    help: lines(
      'import torch',
      'from safetensors.torch import save_file',
      `state = torch.load(${quoted(path)}, map_location="cpu", weights_only=True)`,
      'state = state.get("state_dict", state)',
      `save_file({name: t.clone().contiguous() for name, t in state.items() if torch.is_tensor(t)}, ${converted(path)})`,
      '# of a whole model that you trust: weights_only=False, then state = state.state_dict()',
    ),
  };
}

function numpy(path: string): ForeignFormat {
  return {
    what: 'an archive of NumPy',
    help: lines(
      'import numpy as np',
      'from safetensors.numpy import save_file',
      `with np.load(${quoted(path)}) as arrays:`,
      `    save_file({name: np.ascontiguousarray(arrays[name]) for name in arrays.files}, ${converted(path)})`,
    ),
  };
}

/** Keras keeps kernels HWIO and IO, and numbers what a flatten gives by row, column, channel. */
function keras(path: string): ForeignFormat {
  return {
    what: 'a file of Keras',
    help: lines(
      'import keras, numpy as np',
      'from safetensors.numpy import save_file',
      'names = {"kernel": "weight", "moving_mean": "mean", "moving_variance": "variance"}',
      'tensors, before = {}, None',
      `for layer in keras.models.load_model(${quoted(path)}).layers:`,
      '    if isinstance(layer, keras.layers.Flatten): before = layer.input.shape[1:]',
      '    for variable, value in zip(layer.weights, layer.get_weights()):',
      '        name = variable.name.split("/")[-1].split(":")[0]',
      '        if value.ndim == 4: value = value.transpose(3, 2, 0, 1)',
      '        if value.ndim == 2 and before is not None and len(before) == 3:',
      '            value = value.reshape(*before, -1).transpose(2, 0, 1, 3).reshape(value.shape)',
      '        if value.ndim == 2: value, before = value.T, None',
      '        tensors[f"{layer.name}.{names.get(name, name)}"] = np.ascontiguousarray(value)',
      `save_file(tensors, ${converted(path)})`,
      '# of weights alone: build the model in Python and take model.load_weights(...) in place of load_model',
    ),
  };
}

function onnx(path: string): ForeignFormat {
  return {
    what: 'a model in ONNX',
    help: lines(
      'import numpy as np, onnx',
      'from onnx import numpy_helper',
      'from safetensors.numpy import save_file',
      `graph = onnx.load(${quoted(path)}).graph`,
      `save_file({t.name: np.ascontiguousarray(numpy_helper.to_array(t)) for t in graph.initializer}, ${converted(path)})`,
    ),
  };
}
