from __future__ import annotations

from bench.analysis.gating.duets import GateUnit, pair_steps, sort_by_unit
from bench.model.caution import CautionCode
from bench.model.load_level import ArrivalRate


def test_duets_are_sorted_by_experiment_stratum_and_variant_in_the_order_of_their_numbers(duet):
    records = [
        duet.trial(3),
        duet.trial(1),
        duet.trial(2, trial={"variant": "threads"}),
        duet.trial(4, trial={"stratum": {"pool": 5, "latency": "20ms"}}),
    ]

    units = sort_by_unit(records)

    assert {unit: [r.trial.number for r in found] for unit, found in units.items()} == {
        GateUnit("shop", (), "async"): [1, 3],
        GateUnit("shop", (), "threads"): [2],
        GateUnit.of("shop", {"latency": "20ms", "pool": 5}, "async"): [4],
    }


def test_a_unit_is_named_by_its_candidate(duet, build):
    record = duet.trial()
    of_other = record.model_copy(update={"candidate": build.trial(variant="faster", mode="duet")})

    assert list(sort_by_unit([of_other])) == [GateUnit("shop", (), "faster")]


def test_solo_trials_are_passed_over(build):
    assert sort_by_unit([build.record("async", 0)]) == {}


def test_the_arms_of_a_step_are_paired_by_its_index(duet):
    first = [duet.step("baseline", 0), duet.step("candidate", 0)]
    second = [duet.step(arm, 1, {"rate": 50.0}) for arm in ("candidate", "baseline")]

    steps = pair_steps([duet.record(*first, *second)])

    assert list(steps) == [0, 1]
    (paired,) = steps[1]
    assert paired.load == ArrivalRate(rate=50.0)
    assert [(arm, seen.rows[0].arm) for arm, seen in paired.arms] == [
        ("baseline", "baseline"),
        ("candidate", "candidate"),
    ]


def test_a_step_that_a_trial_did_not_reach_is_an_empty_one(duet):
    whole = [duet.step(arm, index) for index in (0, 1) for arm in ("baseline", "candidate")]

    steps = pair_steps([duet.record(*whole, number=1), duet.record(*whole[:3], number=2)])

    assert steps[1][0].candidate.doubts == ""
    assert steps[1][1].baseline.doubts == ""
    assert steps[1][1].candidate.doubts == "nothing was measured"


def test_only_cautions_that_invalidate_are_doubts(duet):
    codes = (CautionCode.UNPINNED, CautionCode.CPU_STOLEN, CautionCode.SWAPPING)
    record = duet.trial(candidate={"cautions": codes})

    ((paired,),) = pair_steps([record]).values()

    assert paired.candidate.doubts == "cpu-stolen, swapping"
