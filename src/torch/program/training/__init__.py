"""What every exported program runs on: data, steps, structured sparsity, checkpoints. Nothing in here knows the network."""
