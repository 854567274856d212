"""What the benches share: where the compiler is, building and timing programs, result files."""
import concurrent.futures
import contextlib
import datetime
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
MODELS = ["dcase2024_baseline", "einv2", "seld_mamba"]


def compiler():
    """Of a checkout, or of the tarball of `make dist`."""
    for path in (TOP / "bin" / "seldc", TOP / "build" / "seldc"):
        if path.exists():
            return str(path)
    sys.exit("no build/seldc: run make")


def output_of(command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def inspect(model):
    return output_of([compiler(), "inspect", str(TOP / "models" / (model + ".json")), "--json"])


def build(model, folder, name, options):
    """Path of the program, built unless it is there. options: more words for `seldc build`, as a text."""
    program = os.path.join(folder, name)
    if os.path.exists(program):
        return program
    done = subprocess.run(
        [compiler(), "build", str(TOP / "models" / (model + ".json")), *shlex.split(options),
         "--save-temps", program + ".src", "-o", program],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return program


@contextlib.contextmanager
def built(jobs, folder=None):
    """Paths of the programs of [(model, name, options)], built side by side; gone at the end unless
    they are in `folder`."""
    with tempfile.TemporaryDirectory() as scratch, \
            concurrent.futures.ThreadPoolExecutor(min(16, len(os.sched_getaffinity(0)))) as pool:
        yield list(pool.map(lambda j: build(j[0], folder or scratch, j[1], j[2]), jobs))


def bench(program, *options):
    """What `PROGRAM bench --json` reports, its results by name."""
    report = output_of([program, "bench", "--json", *options])
    report["results"] = {r["name"]: r for r in report["results"]}
    return report


def memory(report):
    """Bytes: of the device if it has memory of its own, else of the process at its largest."""
    return report.get("device_memory_bytes", report["peak_memory_bytes"])


def gpu_is_visible():
    return bool(shutil.which("nvidia-smi")) and subprocess.run(
        ["nvidia-smi", "-L"], capture_output=True).returncode == 0


def device_title(report):
    if report["target"] != "cpu":
        return report["device"]
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        name = re.search(r"model name\s*:\s*(.*)", f.read())
    return "%s%s" % (name[1] + ", " if name else "", report["device"])


RESULTS = TOP / "bench" / "results"


def result_path(folder, kind, report, suffix, *more):
    """FOLDER/KIND-DEVICE-MORE-DATE.SUFFIX"""
    device = "cpu" if report["target"] == "cpu" else re.split("[,(]", report["device"])[0]
    slug = re.sub("[^a-z0-9]+", "-", device.lower()).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.date.today().strftime("%Y%m%d")
    return folder / ("-".join([kind, slug, *more, day]) + "." + suffix)
