"""
Peers of bench/train.ts, one thread each: Keras `fit`, a PyTorch loop, stacked PyTorch (`bmm`), and
numpy's sgemm. Reads "case models-worth-of-work" lines, does the work, answers one JSON line each.
A first line tells which cases this Python can run. The library is the argument: torch and TensorFlow
do not live in one process.
"""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

WIDTHS = [128, 64, 32, 16, 32, 64, 128]
GENERATOR = [32, 64, 64, 128, 128, 128, 128, 128]
DISCRIMINATOR = [128, 128, 64, 32, 16, 1]
ROWS, EPOCHS = 2000, 20
cases, versions = {}, {}


def keras_cases():
    import numpy as np
    import tensorflow as tf
    import keras

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    versions["keras"] = f"Keras {keras.__version__} fit"
    rows = np.random.default_rng(1).normal(size=(ROWS, 128)).astype("float32")

    def fit(batch):
        layers = [keras.layers.Dense(width, activation="relu") for width in WIDTHS[1:-1]]
        model = keras.Sequential([keras.Input((128,)), *layers, keras.layers.Dense(128)])
        model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
        model.fit(rows, rows, batch_size=batch, epochs=1, verbose=0)  # tracing does not count
        start = time.perf_counter()
        model.fit(rows, rows, batch_size=batch, epochs=EPOCHS, verbose=0)
        return time.perf_counter() - start

    cases["keras-256"] = lambda models: sum(fit(256) for _ in range(round(models)))
    cases["keras-32"] = lambda models: sum(fit(32) for _ in range(round(models)))


def torch_cases():
    import torch
    from torch.nn import functional as F

    torch.set_num_threads(1)
    versions["torch"] = f"PyTorch {torch.__version__}"

    def loop(batch):
        layers = []
        for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        net = torch.nn.Sequential(*layers[:-1])
        adam = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
        rows = torch.randn(ROWS, 128)
        start = time.perf_counter()
        for _ in range(EPOCHS):
            order = torch.randperm(ROWS)
            for at in range(0, ROWS, batch):
                x = rows[order[at : at + batch]]
                loss = F.mse_loss(net(x), x)
                adam.zero_grad()
                loss.backward()
                adam.step()
        return time.perf_counter() - start

    def stack(hosts, widths):
        weights = []
        for inputs, outputs in zip(widths, widths[1:]):
            limit = (6 / (inputs + outputs)) ** 0.5
            w = (torch.rand(hosts, inputs, outputs) * 2 - 1) * limit
            weights.append((w.requires_grad_(), torch.zeros(hosts, 1, outputs, requires_grad=True)))
        return weights

    def forward(weights, x, slope=0.0):
        for i, (w, b) in enumerate(weights):
            x = torch.baddbmm(b, x, w)
            if i < len(weights) - 1:
                x = F.leaky_relu(x, slope) if slope else F.relu(x)
        return x

    def flat(weights):
        return [part for layer in weights for part in layer]

    def stacked(batch, models, hosts=64):
        net = stack(hosts, WIDTHS)
        adam = torch.optim.Adam(flat(net), lr=1e-3, fused=True)
        rows = torch.randn(hosts, ROWS, 128)
        steps = round(models / hosts * EPOCHS * ROWS / batch)
        start = time.perf_counter()
        for step in range(steps):
            at = step * batch % (ROWS - batch)
            x = rows[:, at : at + batch]
            loss = ((forward(net, x) - x) ** 2).mean((1, 2)).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
        return time.perf_counter() - start

    def gan(batch, models, hosts=16):
        g, d = stack(hosts, GENERATOR), stack(hosts, DISCRIMINATOR)
        adam_g = torch.optim.Adam(flat(g), lr=5e-4, fused=True)
        adam_d = torch.optim.Adam(flat(d), lr=5e-4, fused=True)
        rows = torch.randn(hosts, ROWS, 128)
        target = torch.zeros(hosts, 3 * batch, 1)
        target[:, batch : 2 * batch] = 1
        real = torch.ones(hosts, batch, 1)
        bce = F.binary_cross_entropy_with_logits
        steps = round(models / hosts * EPOCHS * ROWS / batch)
        start = time.perf_counter()
        for step in range(steps):
            at = step * batch % (ROWS - batch)
            with torch.no_grad():
                fake = forward(g, torch.randn(hosts, batch, 32))
            uniform = torch.rand(hosts, batch, 128) * 2 - 1
            x = torch.cat([fake, rows[:, at : at + batch], uniform], 1)
            loss = bce(forward(d, x, 0.2), target, reduction="none").mean((1, 2)).sum()
            adam_d.zero_grad()
            loss.backward()
            adam_d.step()
            fake = forward(g, torch.randn(hosts, batch, 32))
            for part in flat(d):
                part.requires_grad_(False)
            loss = bce(forward(d, fake, 0.2), real, reduction="none").mean((1, 2)).sum()
            adam_g.zero_grad()
            loss.backward()
            adam_g.step()
            for part in flat(d):
                part.requires_grad_(True)
        return time.perf_counter() - start

    for batch in (256, 32):
        cases[f"loop-{batch}"] = lambda n, b=batch: sum(loop(b) for _ in range(round(n)))
        cases[f"stacked-{batch}"] = lambda n, b=batch: stacked(b, n)
        cases[f"gan-{batch}"] = lambda n, b=batch: gan(b, n)


def numpy_cases():
    import numpy as np

    a, b = (np.random.default_rng(i).normal(size=(2048, 2048)).astype("float32") for i in (1, 2))

    def sgemm(_):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            a @ b
            times.append(time.perf_counter() - start)
        return min(times)

    versions["numpy"] = f"numpy {np.__version__}"
    cases["sgemm"] = sgemm


try:
    {"numpy": numpy_cases, "torch": torch_cases, "keras": keras_cases}[sys.argv[1]]()
except ImportError:
    pass
print(json.dumps({"cases": list(cases), "versions": versions}), flush=True)
for line in sys.stdin:
    name, models = line.split()
    print(json.dumps({"seconds": cases[name](float(models))}), flush=True)
