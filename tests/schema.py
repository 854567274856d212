"""Validates the models against models/schema.json and checks that the schema refuses what it
should. Needs the Debian package python3-jsonschema; without it the models are only parsed."""
import copy
import glob
import json
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models")


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def edits():
    """Name and a function that spoils the tiny model, one mistake each."""
    node = lambda m: m["graphs"]["main"]["nodes"][0]
    tiny = {"seldc": 1, "modules": {"m": {"in": ["x"], "out": ["y"], "nodes": []}}}
    weight = lambda **k: dict({"param": "w", "shape": [1]}, **k)
    add = lambda m, n: m["graphs"]["main"]["nodes"].append(n)
    return {
        "unknown key": lambda m: m.update(audoi={}),
        "version": lambda m: m.update(seldc=2),
        "no version": lambda m: m.pop("seldc"),
        "no graphs": lambda m: m.pop("graphs"),
        "no main": lambda m: m["graphs"].pop("main"),
        "third graph": lambda m: m["graphs"].update(other=m["graphs"]["main"]),
        "graph without out": lambda m: m["graphs"]["main"].pop("out"),
        "two kinds of node": lambda m: node(m).update(op="relu"),
        "no kind of node": lambda m: node(m).pop("use"),
        "node without out": lambda m: node(m).pop("out"),
        "bad name": lambda m: m.update(name="a b"),
        "audio without rate": lambda m: m["audio"].pop("rate"),
        "bad declaration": lambda m: m["params"].update(x={"defualt": 1}),
        "reserved parameter": lambda m: m.update(
            modules={"m": dict(tiny["modules"]["m"], params={"name": 1})}),
        "weight without shape": lambda m: add(m, {"param": "w"}),
        "unknown initialiser": lambda m: add(m, weight(init="one")),
        "initialiser without numbers": lambda m: add(m, weight(init="normal")),
        "two initialisers": lambda m: add(m, weight(init={"normal": 1, "uniform": 1})),
        "attribute object": lambda m: add(m, {"op": "relu", "in": "x", "out": "y", "k": {}}),
        "postprocess kind": lambda m: m["postprocess"].update(kind="track"),
        "published without source": lambda m: m.update(
            published={"parameters": 1, "macs_per_second": 1}),
        "key of training": lambda m: m["training"].update(foo=1),
        "key of optimizer": lambda m: m["training"]["optimizer"].update(gama=1),
        "key of schedule": lambda m: m["training"]["schedule"].update(gama=1),
        "kind of schedule": lambda m: m["training"]["schedule"].update(kind="cosine"),
        "key of data": lambda m: m["training"]["data"].update(shufle=True),
        "word of keep": lambda m: m["training"].update(keep=["bst"]),
        "name of a stage": lambda m: m["training"]["stages"].update({"../x": {}}),
        "part without title": lambda m: m["parts"].update(x={"hidden": "a"}),
    }


def training_keys(schema):
    """What the documents and the reader of "training" do not both know."""
    def text(path):
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            return f.read()
    known = text(os.path.join("..", "compiler", "training.def"))
    keys = set(re.findall(r'^TRAINING_KEY\("(\w*)", "(\w+)"', known, re.M))
    words = set(re.findall(r'^TRAINING_WORD\("\w+", "(\w+)"\)', known, re.M))
    top = schema["$defs"]["training"]["properties"]
    listed = {("", k) for k in top} | {
        (s, k) for s, d in top.items() for k in d.get("properties", {})}
    listed |= {("stage", k) for k in top["stages"]["additionalProperties"]["properties"]}
    section = text("FORMAT.md").split("\n## Training\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.M)
    first = {k for left, _ in rows for k in re.findall(r"`(\w+)`", left)}
    wrong = [f"schema.json and training.def: {s}.{k}" for s, k in listed ^ keys]
    wrong += [f"FORMAT.md, keys of 'training': {k}" for k in first ^ {k for s, k in keys if not s}]
    for left, right in rows:
        for name in re.findall(r"`(\w+)`", left):
            inner = {k for s, k in keys if s == name.replace("stages", "stage")} - {"doc"}
            said = set(re.findall(r"`(\w+)`", right))
            wrong += [f"FORMAT.md does not name {name}.{k}" for k in inner - said]
    wrong += [f"FORMAT.md does not name the word {w}" for w in words if f"`{w}`" not in section]
    return wrong


def main():
    schema = load(os.path.join(ROOT, "schema.json"))
    models = sorted(glob.glob(os.path.join(ROOT, "*.json")) +
                    glob.glob(os.path.join(ROOT, "lib", "*.json")))
    models = [m for m in models if os.path.basename(m) != "schema.json"]
    texts = {m: load(m) for m in models}
    try:
        import jsonschema
    except ImportError:
        print("python3-jsonschema is not installed: the models were only parsed")
        return 0
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    unlike = training_keys(schema)
    failed = len(unlike)
    print("\n".join(unlike), end="\n" if unlike else "")
    for path, text in texts.items():
        for e in check.iter_errors(text):
            failed += 1
            print(f"{path}: /{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}")
    good = load(os.path.join(ROOT, "seld_mamba_tiny.json"))
    for name, spoil in edits().items():
        bad = copy.deepcopy(good)
        spoil(bad)
        if check.is_valid(bad):
            failed += 1
            print(f"the schema accepts: {name}")
    print(f"{len(texts)} files, {len(edits())} spoiled ones, {failed} failures")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
