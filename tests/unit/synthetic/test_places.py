import numpy as np

from analysis.synthetic.places import allocate


def given(wanted, priority, places, seed=1):
    got = allocate(np.array(wanted), np.array(priority, dtype=bool), np.array(places), np.random.default_rng(seed))
    return got.tolist()


def test_all_get_their_first_preference_when_there_are_places():
    assert given([[0, 1], [0, 1], [1, 0]], np.zeros((3, 2)), [2, 1]) == [0, 0, 1]


def test_priority_decides_before_the_lottery():
    for seed in range(20):
        # Both want school 0, which has one place; only the second has priority there.
        assert given([[0, 1], [0, 1]], [[0, 0], [1, 0]], [1, 1], seed) == [1, 0]


def test_without_priority_the_lottery_decides():
    winners = {tuple(given([[0, 1], [0, 1]], np.zeros((2, 2)), [1, 1], seed)) for seed in range(20)}
    assert winners == {(0, 1), (1, 0)}


def test_a_refusal_may_push_out_a_pupil_who_was_held():
    # The first is refused by 0, asks 1 with priority, and takes the place that the third held without.
    assert given([[0, 1, 2], [0, 1, 2], [1, 2, 0]], [[0, 1, 0], [1, 0, 0], [0, 0, 0]], [1, 1, 1]) == [1, 0, 2]


def test_who_is_refused_everywhere_gets_a_place_that_is_left_or_else_its_first_preference():
    # Three pupils consider only school 0, with one place; school 1 has one place left.
    assert sorted(given([[0], [0], [0]], np.zeros((3, 1)), [1, 1])) == [0, 0, 1]


def test_the_outcome_is_stable_and_no_option_is_overfull():
    rng = np.random.default_rng(5)
    pupils, options, k = 400, 20, 20
    wanted = np.argsort(rng.random((pupils, options)), axis=1)[:, :k]
    priority, places = rng.random((pupils, k)) < 0.4, rng.integers(10, 40, options)
    got = allocate(wanted, priority, places, np.random.default_rng(6))
    lottery = np.random.default_rng(6).random(pupils)
    assert (np.bincount(got, minlength=options) <= places).all()
    order = np.argmax(wanted == got[:, None], axis=1)
    claim = lottery[:, None] + ~priority
    worst = np.array([claim[got == o, :][wanted[got == o] == o].max() for o in range(options)])
    full = np.bincount(got, minlength=options) == places
    for pupil in range(pupils):
        for place in range(order[pupil]):
            option = wanted[pupil, place]
            assert full[option]
            assert claim[pupil, place] > worst[option]
