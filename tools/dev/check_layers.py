#!/usr/bin/env python3
"""Fails if a file includes a header of a folder it must not know, or if code that gets time and
randomness as arguments asks the process for them."""

import pathlib
import re
import sys

# Folder -> folders it may include besides itself. The longest match counts.
MAY_USE = {
    "runtime/base": [],
    "runtime/model": ["runtime/base"],
    "runtime/cluster": ["runtime/base", "runtime/model"],
    "runtime/zones": [],
    "runtime/cron": ["runtime/base", "runtime/model", "runtime/zones"],
    "runtime/params": ["runtime/base", "runtime/model", "runtime/cron"],
    "runtime/sel": ["runtime/base", "runtime/model", "runtime/params", "runtime/zones"],
    "runtime/dsl": ["runtime/base", "runtime/model"],
    "runtime/engine": ["runtime/base", "runtime/model", "runtime/params", "runtime/cluster"],
    "runtime": ["runtime/base", "runtime/model"],
    "storage": ["runtime/base", "storage/journal"],
    "config": ["runtime/base", "config/options"],
    "actors/client": ["runtime/base"],
    "actors/cluster": ["runtime", "storage/journal", "storage/raft", "actors/link", "actors/wire"],
    "actors/link": ["runtime/base", "runtime/model"],
    "actors/worker": ["runtime/base"],
    "actors/cluster": ["runtime", "storage/journal", "storage/raft", "config/options", "actors/wire",
                       "actors/link"],
    "actors/node": ["runtime", "storage", "config", "actors"],
    "actors/journal": ["runtime", "storage/journal", "storage/raft", "actors/wire", "actors/run"],
    "actors/run": ["runtime", "storage/journal", "actors/wire", "actors/worker"],
    "actors": ["runtime", "storage/journal", "config/options", "actors/wire", "actors/run"],
    "tools/step": ["runtime/base", "actors/worker"],
    "tools": ["runtime", "storage", "config", "actors", "tools"],
    "test": ["runtime", "storage", "config", "actors", "tools", "test"],
}
# Third-party headers that are welcome in a few folders only.
HOME = {
    "boost/asio": ["actors/http", "actors/client", "actors/link", "test"],
    "boost/beast": ["actors/http", "actors/client", "test"],
    "boost/json": ["runtime/model", "runtime/params", "runtime/dsl", "runtime/engine",
                   "actors", "tools", "test"],
    "boost": ["actors", "tools", "test", "runtime"],
    "caf": ["actors", "tools", "test"],
    "cxxopts": ["config/load", "tools"],
    "date": ["runtime/zones"],
    "doctest": ["test"],
    "openssl": ["actors/link", "test"],
    "rocksdb": ["storage/rocks", "test"],
    "spdlog": ["actors/node"],
    "toml": ["config/load"],
    "yaml": ["runtime/dsl"],
}
# What `runtime/` gets as arguments or does without, and so never asks the process for.
AMBIENT = re.compile(
    r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock|file_clock|random_device"
    r"|this_thread|jthread|std::thread|std::async|getenv|secure_getenv|setenv|environ"
    r"|gettimeofday|clock_gettime|timespec_get|localtime(?:_r)?(?=\s*\()|mktime(?=\s*\()"
    r"|getrandom|getentropy|arc4random\w*|rand_r|drand48"
    r"|std::(?:time|clock|rand|srand)(?=\s*\()|s?rand(?=\s*\(\s*\))|time(?=\s*\(\s*(?:nullptr|NULL|0|&)))\b"
    r"|(?<![\w.>:])::(?:time|clock|rand|getpid)(?=\s*\()")
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)\'', re.S)
OURS = re.compile(r'^#include "((?:\w+/)+\w+\.hpp)"', re.M)
THEIRS = re.compile(r"^#\s*include <([\w+/-]+)[./]", re.M)

def below(path, folders):
    return any(path.startswith(folder + "/") for folder in folders)

def problems(path):
    name, text = path.as_posix(), path.read_text()
    rule = max((r for r in MAY_USE if below(name, [r])), key=len)
    home = "/".join(path.parts[:2])
    for header in OURS.findall(text):
        if not below(header, MAY_USE[rule] + [home]):
            yield f"{name}: must not include {header}"
    for header in THEIRS.findall(text):
        library = max((x for x in HOME if f"{header}/".startswith(f"{x}/")), key=len, default=None)
        if library and not below(name, HOME[library]):
            yield f"{name}: <{library}> belongs to {', '.join(HOME[library])}"

def ambient(path):
    name = path.as_posix()
    if not below(name, ["runtime"]):
        return
    code = COMMENT_OR_TEXT.sub(lambda x: "\n" * x[0].count("\n"), path.read_text())
    for number, line in enumerate(code.split("\n"), 1):
        for word in AMBIENT.findall(line):
            yield f"{name}:{number}: {word} is an argument in runtime/, never asked for"

def main():
    tops = sorted({rule.split("/")[0] for rule in MAY_USE})
    files = [p for top in tops for p in pathlib.Path(top).rglob("*.?pp")]
    found = [line for path in files for line in [*problems(path), *ambient(path)]]
    print("\n".join(found) or f"{len(files)} files keep to their layers")
    return 1 if found else 0

if __name__ == "__main__":
    sys.exit(main())
