from __future__ import annotations

from bench.execution.machine.cpu_description import CpuDescription, parse_cpuinfo

X86_METAL = """\
processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Gold 6142 CPU @ 2.60GHz
flags\t\t: fpu vme avx2 md_clear

processor\t: 1
model name\t: another
flags\t\t: fpu hypervisor
"""

ARM = """\
processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: 0xd0c
"""


def test_x86_has_a_name_and_says_whether_it_is_virtual() -> None:
    metal = CpuDescription("Intel(R) Xeon(R) Gold 6142 CPU @ 2.60GHz", hypervisor=False)

    assert parse_cpuinfo(X86_METAL) == metal
    assert parse_cpuinfo("flags : fpu hypervisor lahf_lm").hypervisor is True


def test_arm_is_named_by_its_numbers_and_does_not_say_whether_it_is_virtual() -> None:
    assert parse_cpuinfo(ARM) == CpuDescription("ARM implementer 0x41 part 0xd0c", hypervisor=None)


def test_an_empty_cpuinfo_tells_nothing() -> None:
    assert parse_cpuinfo("") == CpuDescription(model=None, hypervisor=None)
