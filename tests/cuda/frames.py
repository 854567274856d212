#!/usr/bin/env python3
"""frames.py FILE.cubin...: kernels that keep anything in local memory (spilled registers, arrays
that are indexed at run time), by the frame sizes in the ELF section .nv.info. Status 1 if any."""
import struct
import sys

FRAME_SIZE, MIN_STACK_SIZE = 0x11, 0x12


def sections(elf):
    """(name, type, data, linked section) of a 64-bit ELF file."""
    offset, = struct.unpack_from("<Q", elf, 0x28)
    size, count, names = struct.unpack_from("<HHH", elf, 0x3a)
    heads = [struct.unpack_from("<IIQQQQIIQQ", elf, offset + i * size) for i in range(count)]
    at = heads[names][4]
    for h in heads:
        name = elf[at + h[0]:elf.index(0, at + h[0])].decode()
        yield name, h[1], elf[h[4]:h[4] + h[5]] if h[1] != 8 else b"", h[6]


def symbols(elf, all_sections):
    table = next(s for s in all_sections if s[0] == ".symtab")
    text = all_sections[table[3]][2]
    for at in range(0, len(table[2]), 24):
        name, = struct.unpack_from("<I", table[2], at)
        yield text[name:text.index(0, name)].decode()


def frames(elf):
    """{kernel: bytes of local memory a thread}"""
    all_sections = list(sections(elf))
    names = list(symbols(elf, all_sections))
    info = next(s[2] for s in all_sections if s[0] == ".nv.info")
    found, at = {}, 0
    while at < len(info):
        form, attribute, size = struct.unpack_from("<BBH", info, at)
        at += 4
        if form != 4:
            continue
        if attribute in (FRAME_SIZE, MIN_STACK_SIZE):
            symbol, value = struct.unpack_from("<II", info, at)
            found[names[symbol]] = max(value, found.get(names[symbol], 0))
        at += size
    return found


def main():
    kernels = bad = 0
    for path in sys.argv[1:]:
        with open(path, "rb") as f:
            found = frames(f.read())
        kernels += len(found)
        for name, size in found.items():
            if size:
                bad += 1
                print("%s: %s keeps %d bytes a thread in local memory" % (path, name, size))
    if not kernels:
        sys.exit("no kernels found")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
