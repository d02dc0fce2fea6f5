from __future__ import annotations

from bench.model.profile import Profile, ProfiledFunction
from bench.reporting.profile_tables import MOST_FUNCTIONS, build_profile_section


def profile(count: int, thread: str = "MainThread") -> Profile:
    functions = tuple(
        ProfiledFunction(name=f"f{number}", file="a.py", own_ratio=0.25, total_ratio=0.5)
        for number in range(count)
    )
    return Profile(thread=thread, samples=1200, functions=functions)


def test_functions_are_shown_with_their_shares() -> None:
    section = build_profile_section(profile(2), None, "--gil")

    assert section.paragraphs == ("1,200 samples of MainThread (--gil).",)
    assert section.tables[0].rows[0].cells == ("f0", "25.0", "50.0", "a.py")
    assert section.tables[0].notes == ()


def test_what_there_is_no_room_for_is_counted() -> None:
    section = build_profile_section(profile(MOST_FUNCTIONS + 3), None, "")

    assert len(section.tables[0].rows) == MOST_FUNCTIONS
    assert section.tables[0].notes == ("3 more.",)


def test_a_thread_without_its_name_is_said() -> None:
    section = build_profile_section(profile(1, thread=""), None, "")

    assert "none is called MainThread" in section.paragraphs[0]
