from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.model.experiment import Experiment
from bench.planning.gating import choose_gated_variants
from bench.planning.matching import Matching, match_experiments

Build = Callable[..., Experiment]


class Trees:
    """Experiments of two trees, by path; a borrowed one is the candidate's in the old tree."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.old: dict[str, Experiment] = {}
        self.new: dict[str, Experiment] = {}

    def has(self, tree: dict[str, Experiment], path: str, **changes: Any) -> None:
        folder = Path("/old" if tree is self.old else "/new")
        built = self.build(Path(path).stem, **changes)
        tree[path] = built.model_copy(update={"path": folder / path})

    def match(self) -> Matching:
        borrowed = {
            path: each.model_copy(update={"path": Path("/old") / path})
            for path, each in self.new.items()
        }
        return match_experiments(self.old, self.new, borrowed)


LOOP = {"command": ["serve", "--loop", "{port}"]}
FASTER = {"command": ["serve", "--loop", "--fast", "{port}"]}
QUEUE = {"command": ["queue", "{port}"]}


def test_each_version_is_started_as_its_own_file_says(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml", variants={"loop": LOOP}, root="old-src", ready="/old")
    trees.has(trees.new, "shop.toml", variants={"loop": FASTER}, root="src", services=["upstream"])
    (pair,) = trees.match().experiments
    assert pair.baseline.file.variants["loop"].command == tuple(LOOP["command"])
    assert pair.candidate.file.variants["loop"].command == tuple(FASTER["command"])
    assert (pair.baseline.file.root, pair.baseline.file.ready) == ("old-src", "/old")
    assert (pair.baseline.file.services, pair.candidate.file.services) == ((), ("upstream",))
    assert pair.baseline.folder == Path("/old")
    assert trees.match().notices == ()
    assert trees.match().missing == ()


def test_both_versions_bear_the_candidates_load(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml", load={"users": [1]}, gate={"window": "2s"})
    trees.has(trees.new, "shop.toml", load={"users": [9]}, flow=[{"path": "/new"}])
    (pair,) = trees.match().experiments
    assert pair.baseline.file.load == pair.candidate.file.load
    assert pair.baseline.file.flow == pair.candidate.file.flow
    assert pair.baseline.file.gate == pair.candidate.file.gate


def test_a_new_experiment_is_borrowed_from_the_candidate(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml")
    trees.has(trees.new, "shop.toml")
    trees.has(trees.new, "till.toml", title="The till")
    matching = trees.match()
    borrowed = matching.experiments[1]
    assert borrowed.baseline.folder == Path("/old")
    assert borrowed.baseline.file == borrowed.candidate.file
    (notice,) = matching.notices
    assert notice.startswith("till.toml is new")


def test_an_experiment_that_was_removed_is_missing(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml")
    trees.has(trees.old, "till.toml", title="The till")
    trees.has(trees.new, "shop.toml")
    matching = trees.match()
    assert matching.missing == ("till.toml",)
    assert matching.notices == ("till.toml was removed: it is not gated any more.",)
    assert len(matching.experiments) == 1


def test_a_file_that_moved_is_still_the_same_experiment(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "gates/counter.toml")
    trees.has(trees.new, "gates/till.toml")
    matching = trees.match()
    assert matching.notices == ("gates/till.toml was gates/counter.toml: renamed.",)
    assert matching.missing == ()
    (pair,) = matching.experiments
    assert pair.baseline.name == pair.candidate.name == "till"
    assert pair.baseline.path == Path("/old/gates/counter.toml")


def test_a_file_that_moved_is_known_by_what_it_gates(build_experiment: Build) -> None:
    variants = {"loop": LOOP | {"baseline": True}, "queue": QUEUE}
    changes: dict[str, Any] = {"variants": variants, "gate": {"variants": ["queue"]}}
    trees = Trees(build_experiment)
    trees.has(trees.old, "counter.toml", **changes)
    trees.new["till.toml"] = choose_gated_variants(build_experiment("till", **changes))
    assert trees.match().notices == ("till.toml was counter.toml: renamed.",)


def test_a_baseline_that_gates_what_it_has_not_got_gates_nothing(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml", variants={"loop": LOOP}, gate={"variants": ["lop"]})
    trees.has(trees.new, "shop.toml", variants={"loop": LOOP})
    matching = trees.match()
    assert matching.missing == ()
    assert len(matching.experiments) == 1


def test_a_copy_is_no_renaming_while_the_first_is_there(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml")
    trees.has(trees.new, "shop.toml")
    trees.has(trees.new, "copy.toml")
    (notice,) = trees.match().notices
    assert notice.startswith("copy.toml is new")


def test_one_file_is_not_two_others_former_self(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml")
    trees.has(trees.new, "one.toml")
    trees.has(trees.new, "two.toml")
    notices = trees.match().notices
    assert notices[0] == "one.toml was shop.toml: renamed."
    assert notices[1].startswith("two.toml is new")


def test_two_files_are_not_one_others_former_selves(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "one.toml")
    trees.has(trees.old, "two.toml")
    trees.has(trees.new, "shop.toml")
    matching = trees.match()
    assert matching.notices[0] == "shop.toml was one.toml: renamed."
    assert matching.missing == ("two.toml",)


def test_variants_that_came_and_went_are_told(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml", variants={"loop": LOOP | {"baseline": True}, "gone": QUEUE})
    trees.has(trees.new, "shop.toml", variants={"loop": LOOP, "new": QUEUE | {"baseline": True}})
    matching = trees.match()
    (pair,) = matching.experiments
    assert list(pair.baseline.file.variants) == list(pair.candidate.file.variants) == ["loop"]
    assert pair.candidate.baseline == "loop"
    assert matching.notices == (
        "shop/new is new: there is no baseline to gate it by.",
        "shop/gone was removed: it is not gated any more.",
    )
    assert matching.missing == ("shop/gone",)


def test_which_variants_are_gated_is_up_to_the_candidate(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    both = {"loop": LOOP | {"baseline": True}, "queue": QUEUE}
    trees.has(trees.old, "shop.toml", variants=both, gate={"variants": ["loop"]})
    trees.has(trees.new, "shop.toml", variants={"queue": QUEUE}, gate={"variants": ["queue"]})
    matching = trees.match()
    (pair,) = matching.experiments
    assert list(pair.baseline.file.variants) == ["queue"]
    assert matching.missing == ("shop/loop",)


def test_without_a_variant_in_common_there_is_nothing_to_gate(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.old, "shop.toml", variants={"loop": LOOP})
    trees.has(trees.new, "shop.toml", variants={"queue": QUEUE})
    matching = trees.match()
    assert matching.experiments == ()
    assert matching.missing == ("shop/loop",)


def test_a_first_gate_borrows_all(build_experiment: Build) -> None:
    trees = Trees(build_experiment)
    trees.has(trees.new, "shop.toml")
    matching = trees.match()
    assert [pair.baseline.folder for pair in matching.experiments] == [Path("/old")]
