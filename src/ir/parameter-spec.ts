// The tensors that a layer owns, as the record of its op describes them.

import type { Shape } from '../base/tensor.ts';

/** What a parameter is before the first step of training. */
export type Initial =
  /** Uniform in +-sqrt(3 / fanIn), as Caffe's. */
  | { readonly kind: 'xavier'; readonly fanIn: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** Of the training samples (train/statistics.ts): of a channel, or of an element, as the shape says. */
  | { readonly kind: 'statistic'; readonly of: 'mean' }
  /** `around`: the mean that is subtracted, of the channel or of each element. */
  | { readonly kind: 'statistic'; readonly of: 'deviation'; readonly around: 'channel' | 'pixel' };

export interface ParameterSpec {
  /** `weight`, `bias`, `gamma`; the parameter is named `layer.suffix`. */
  readonly suffix: string;
  readonly shape: Shape;
  readonly initial: Initial;
  /**
   * `trained`: has a gradient. `running`: state that training updates and deployment reads. `measured`: what a run
   * finds in its training samples before its first step, and leaves as it is. `fixed`: nothing changes it.
   */
  readonly role: 'trained' | 'running' | 'measured' | 'fixed';
  /** Weight decay applies. */
  readonly decay: boolean;
  /** What the suffix is called where weights come from as well: PyTorch's name. */
  readonly alias?: string;
  /** No number of it is below this. Absent: any finite number will do. */
  readonly least?: number;
}
