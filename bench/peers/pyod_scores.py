"""
PyOD's detectors on rows that `main.ts evaluate table --peers` hands over, so that all judge the same
rows: reads one JSON line a job, {"training", "test": files of float32 rows, "width", "seed"}, and
answers {"scores": {detector: one score a test row, higher is stranger}} a line. A first line tells
which detectors this Python can run. LUNAR and AutoEncoder scale by themselves; the others get
columns of mean 0 and variance 1. What is missing is the mean. What is not said is PyOD's default.
Needs: pip install pyod torch tqdm pandas.
"""

import contextlib
import json
import os
import random
import sys
import warnings

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.filterwarnings("ignore")


def detectors():
    """Makers by name, of a random state; what cannot be imported is left out, with the reason."""
    makers, missing = {}, {}

    def known(name, module, kind, scaled=True, **options):
        try:
            found = getattr(__import__(f"pyod.models.{module}", fromlist=[kind]), kind)
        except ImportError as error:
            missing[name] = str(error)
            return
        seeded = kind in ("IForest", "AutoEncoder")
        makers[name] = scaled, lambda seed: found(
            **options, **({"random_state": seed} if seeded else {})
        )

    known("PyOD kNN", "knn", "KNN")
    known("PyOD LOF", "lof", "LOF", novelty=True)
    known("PyOD IForest", "iforest", "IForest")
    known("PyOD ECOD", "ecod", "ECOD")
    known("PyOD LUNAR", "lunar", "LUNAR", scaled=False)
    known("PyOD AutoEncoder", "auto_encoder", "AutoEncoder", scaled=False, verbose=0)
    known("PyOD ALAD", "alad", "ALAD")
    return makers, missing


def main():
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    makers, missing = detectors()
    try:
        import pyod
        import torch

        torch.set_num_threads(1)
        versions = {"pyod": pyod.__version__, "torch": torch.__version__}
    except ImportError as error:
        versions, missing["torch"] = {}, str(error)
    answer({"detectors": list(makers), "versions": versions, "missing": missing})
    for line in sys.stdin:
        job = json.loads(line)
        training, test = (
            np.fromfile(job[part], "<f4").reshape(-1, job["width"]).astype("float64")
            for part in ("training", "test")
        )
        means = np.nan_to_num(np.nanmean(training, axis=0))
        training, test = (np.where(np.isnan(rows), means, rows) for rows in (training, test))
        scaler = StandardScaler().fit(training)
        scores = {}
        for name, (scaled, make) in makers.items():
            random.seed(job["seed"])
            np.random.seed(job["seed"])
            torch.manual_seed(job["seed"])
            rows = (scaler.transform(training), scaler.transform(test)) if scaled else (training, test)
            with contextlib.redirect_stdout(sys.stderr):
                model = make(job["seed"]).fit(rows[0])
                found = model.decision_function(rows[1])
            scores[name] = np.nan_to_num(found, nan=0.0).tolist()
        answer({"scores": scores})


def answer(value):
    print(json.dumps(value), flush=True)


main()
