"""What `/proc/cpuinfo` says about the processor, on x86 and on ARM."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CpuDescription:
    """The processor's name, and whether it says that it is a virtual one; None: it doesn't tell."""

    model: str | None
    hypervisor: bool | None


def parse_cpuinfo(text: str) -> CpuDescription:
    r"""Describe the processor by the first of its cores.

    ARM has numbers in place of a name, and no flag for a hypervisor.

    >>> parse_cpuinfo("model name\t: AMD EPYC\nflags\t\t: fpu hypervisor")
    CpuDescription(model='AMD EPYC', hypervisor=True)
    >>> parse_cpuinfo("CPU implementer\t: 0x41\nCPU part\t: 0xd0c")
    CpuDescription(model='ARM implementer 0x41 part 0xd0c', hypervisor=None)
    """
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), value.strip())
    flags = fields.get("flags")
    return CpuDescription(
        model=_model(fields), hypervisor=None if flags is None else "hypervisor" in flags.split()
    )


def _model(fields: dict[str, str]) -> str | None:
    if "CPU implementer" in fields and "CPU part" in fields:
        return f"ARM implementer {fields['CPU implementer']} part {fields['CPU part']}"
    names = (fields.get(name) for name in ("model name", "cpu model", "cpu", "uarch"))
    return next((name for name in names if name), None)
