# Makes what the tests of PyTorch's weights read: a network of random weights whose batch norms have seen some data,
# its state dict as safetensors.torch.save_file writes one, the same as a wrapper leaves it (every name behind
# `module.`), and what PyTorch answers. Run by hand, with Debian's python3-torch: /usr/bin/python3 make.py

import json
import struct
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

here = Path(__file__).parent
torch.manual_seed(7)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 6, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 8, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(8, 8, 3, padding=1)
        self.bn3 = nn.BatchNorm2d(8, eps=1e-3)
        self.fc1 = nn.Linear(8 * 3 * 3, 10)
        self.bn4 = nn.BatchNorm1d(10)
        self.fc2 = nn.Linear(10, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = self.bn2(F.relu(self.conv2(x)))
        x = F.max_pool2d(F.relu(self.bn3(self.conv3(x))), 2)
        x = F.relu(self.bn4(self.fc1(x.flatten(1))))
        return self.fc2(x)


def write(name, tensors):
    types = {torch.float32: ("F32", 4), torch.int64: ("I64", 8)}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key, tensor in tensors.items():
        kind, _ = types[tensor.dtype]
        values = tensor.contiguous().numpy().tobytes()
        header[key] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (here / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


net = Net()
with torch.no_grad():
    for name, parameter in net.named_parameters():
        if name.startswith("bn"):
            parameter.add_(0.3 * torch.randn_like(parameter))
    net.train()
    for _ in range(5):
        net(torch.rand(16, 2, 12, 12))
    net.eval()
    inputs = torch.rand(6, 2, 12, 12)
    outputs = net(inputs)

state = net.state_dict()
write("net.safetensors", state)
write("wrapped.safetensors", {f"module.{name}": tensor for name, tensor in state.items()})
write("samples.safetensors", {"inputs": inputs, "outputs": outputs})
